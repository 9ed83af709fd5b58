if vim.g.loaded_infragen or not vim.lsp.enable then
  return
end
vim.g.loaded_infragen = true

-- kustomize also reads a file of this bare name, which Neovim does not know as YAML.
vim.filetype.add({ filename = { Kustomization = 'yaml' } })

vim.api.nvim_create_user_command('InfragenDefinition', function()
  require('infragen.definitions').go()
end, { desc = 'Go to the definition in an environment that you pick' })

if vim.g.infragen_enable ~= false then
  vim.lsp.enable('infragen')
end
