local health = vim.health

local M = {}

---@return boolean supported whether the rest of the report makes sense
local function check_neovim()
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 0 then
    health.error('Neovim ' .. version .. ' is too old', {
      'Install Neovim 0.11 or newer: the plugin needs `vim.lsp.enable`.',
    })
    return false
  end
  health.ok('Neovim ' .. version)
  return true
end

local function check_enabled()
  if vim.g.infragen_enable == false then
    health.info('`vim.g.infragen_enable` is false: the plugin does not enable the server by itself')
  elseif vim.lsp.is_enabled and not vim.lsp.is_enabled('infragen') then
    health.warn('the server is disabled', { "Run `:lua vim.lsp.enable('infragen')`." })
  end
end

local function check_binary()
  local program = require('infragen').program()
  local path = vim.fn.exepath(program[1])
  if path == '' then
    health.error(('`%s` cannot be run'):format(program[1]), {
      'Put the `infragen` binary on your PATH, or set `vim.g.infragen_cmd` to its path before the plugin loads.',
    })
    return
  end

  local command = vim.list_extend(vim.list_slice(program), { '--version' })
  local started, process = pcall(vim.system, command, { text = true, timeout = 5000 })
  local result = started and process:wait() or { code = -1, stderr = tostring(process) }
  if result.code == 0 then
    health.ok(('%s (%s)'):format(vim.trim(result.stdout), path))
  else
    health.error(
      ('`%s` failed with code %d'):format(table.concat(command, ' '), result.code),
      { vim.trim(result.stderr) }
    )
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = 'infragen' })
  if #clients == 0 then
    health.info('no client is attached; open a YAML file of a Flux or kustomize repository')
    return
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    health.ok(('client %d is attached to %d buffer(s)'):format(client.id, buffers))
    if client.root_dir then
      health.ok('repository root: ' .. client.root_dir)
    else
      health.warn('the client has no repository root', {
        'Create `.infragen.yaml` or a Git repository at the root: references across files need it.',
      })
    end
  end
end

local function check_neighbours()
  if #vim.lsp.get_clients({ name = 'yamlls' }) > 0 then
    health.ok('yaml-language-server runs beside infragen: it serves schemas, infragen what the repository means')
  else
    health.info('yaml-language-server is not attached; it is a good neighbour for schemas of other YAML files')
  end
end

--- Entry point of `:checkhealth infragen`.
function M.check()
  health.start('infragen')
  if not check_neovim() then
    return
  end
  check_enabled()
  check_binary()
  check_clients()
  check_neighbours()
end

return M
