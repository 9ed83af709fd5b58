if vim.g.loaded_infragen or not vim.lsp.enable then
  return
end
vim.g.loaded_infragen = true

-- kustomize also reads a file of this bare name, which Neovim does not know as YAML.
vim.filetype.add({ filename = { Kustomization = 'yaml' } })

vim.api.nvim_create_user_command('InfragenDefinition', function()
  require('infragen.definitions').go()
end, { desc = 'Go to the definition in an environment that you pick' })

vim.api.nvim_create_user_command('InfragenRefresh', function()
  require('infragen.versions').refresh()
end, { desc = 'Ask the registries which versions there are' })

vim.api.nvim_create_user_command('InfragenExplain', function()
  require('infragen.versions').explain()
end, { desc = 'Tell why each environment takes the version that it takes' })

if vim.g.infragen_enable ~= false then
  vim.lsp.enable('infragen')
end
