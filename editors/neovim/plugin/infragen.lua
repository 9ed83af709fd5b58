if vim.g.loaded_infragen or not vim.lsp.enable then
  return
end
vim.g.loaded_infragen = true

-- kustomize also reads a file of this bare name, which Neovim does not know as YAML.
vim.filetype.add({ filename = { Kustomization = 'yaml' } })

if vim.g.infragen_enable ~= false then
  vim.lsp.enable('infragen')
end
