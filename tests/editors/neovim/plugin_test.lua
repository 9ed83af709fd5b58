-- The plugin before and without a server.
local harness = require('harness')

vim.g.infragen_cmd = '/nonexistent/infragen'

local function health_report()
  vim.cmd.checkhealth('infragen')
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.cmd.bwipeout()
  return table.concat(lines, '\n')
end

--- Loads the plugin again, as another start of the editor would with other settings.
local function load_again()
  vim.lsp.enable('infragen', false)
  vim.g.loaded_infragen = nil
  vim.cmd.runtime('plugin/infragen.lua')
end

local function enabled()
  -- `vim.lsp.is_enabled` came with Neovim 0.12.
  return vim.lsp._enabled_configs.infragen ~= nil
end

harness.test('the server is enabled with the program from the settings', function()
  assert(vim.lsp.config.infragen, 'no configuration')
  harness.equal(vim.lsp.config.infragen.cmd, { '/nonexistent/infragen', 'lsp' }, 'command')
  harness.equal(vim.lsp.config.infragen.root_markers, { '.infragen.yaml', '.git' }, 'root markers')
  harness.contains(vim.lsp.config.infragen.filetypes, 'yaml', 'file types')
  assert(enabled(), 'not enabled')
end)

harness.test('a setting keeps the server disabled', function()
  vim.g.infragen_enable = false
  load_again()
  assert(not enabled(), 'enabled')
  vim.g.infragen_enable = nil
  load_again()
  assert(enabled(), 'not enabled again')
end)

harness.test('a program with arguments becomes the start of the command', function()
  vim.g.infragen_cmd = { 'mise', 'exec', '--', 'infragen' }
  harness.equal(require('infragen').command(), { 'mise', 'exec', '--', 'infragen', 'lsp' }, 'command')
  vim.g.infragen_cmd = '~/bin/infragen'
  harness.equal(require('infragen').command(), { vim.env.HOME .. '/bin/infragen', 'lsp' }, 'command')
  vim.g.infragen_cmd = nil
  harness.equal(require('infragen').command(), { 'infragen', 'lsp' }, 'command')
  vim.g.infragen_cmd = '/nonexistent/infragen'
end)

harness.test('a kustomization without a suffix is YAML', function()
  vim.cmd.edit(vim.fn.tempname() .. '/Kustomization')
  harness.equal(vim.bo.filetype, 'yaml', 'file type')
end)

harness.test('the health report says that the program is missing and what to do', function()
  local report = health_report()
  assert(report:find('Neovim ' .. tostring(vim.version()), 1, true), report)
  assert(report:find('ERROR.*/nonexistent/infragen.*cannot be run'), report)
  assert(report:find('vim.g.infragen_cmd', 1, true), report)
  assert(report:find('no client is attached', 1, true), report)
end)

harness.test('the health report says that a program is not infragen', function()
  vim.g.infragen_cmd = 'false'
  local report = health_report()
  assert(report:find('ERROR.*`false %-%-version` failed with code 1'), report)
  vim.g.infragen_cmd = '/nonexistent/infragen'
end)

harness.test('every tag of the help leads somewhere', function()
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder)
  local help = assert(vim.api.nvim_get_runtime_file('doc/infragen.txt', false)[1], 'no help file')
  vim.uv.fs_copyfile(help, folder .. '/infragen.txt')
  vim.cmd.helptags(folder)
  local tags = table.concat(vim.fn.readfile(folder .. '/tags'), '\n')
  for line in io.lines(help) do
    for tag in line:gmatch('|(infragen[%w-]*)|') do
      assert(tags:find(tag .. '\t', 1, true), tag .. ' is linked but not defined')
    end
  end
  assert(tags:find('vim.g.infragen_cmd\t', 1, true), tags)
end)
