---@brief
--- The language server of infragen, for Flux CD and kustomize repositories.
--- It answers only where something of Flux or kustomize is under the cursor, so it attaches to every YAML file
--- and leaves schemas, formatting and the rest to a general YAML server beside it.

---@type vim.lsp.Config
return {
  cmd = require('infragen').command(),
  -- Registries are asked only where the user's own settings say so.
  init_options = { network = vim.g.infragen_network or 'off' },
  -- Neovim compares whole filetypes, so the compound ones that users set for manifests and values are named too.
  filetypes = { 'yaml', 'yaml.flux', 'yaml.helm-values', 'yaml.kubernetes', 'yaml.kustomize' },
  -- In order of priority: a repository inside another one has its own `.infragen.yaml`.
  root_markers = { '.infragen.yaml', '.git' },
}
