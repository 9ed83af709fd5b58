-- What a user is asked before a registry is.
local harness = require('harness')
local repository = require('repository')

local demo = repository.demo()

vim.o.swapfile = false
vim.g.infragen_cmd = vim.env.INFRAGEN_BIN
vim.g.infragen_network = 'ask'

harness.test('no registry is asked before the user has allowed it', function()
  -- No folder stands in for the registry.
  local settings = vim.fs.joinpath(demo, '.infragen.yaml')
  local lines = vim.tbl_map(function(line)
    return (line:gsub('ghcr.io: registry', 'other.example: registry'))
  end, vim.fn.readfile(settings))
  vim.fn.writefile(lines, settings)
  -- What the demo itself has unpacked is no answer of a registry.
  vim.fn.delete(vim.env.INFRAGEN_CACHE, 'rf')

  local asked = {}
  local select = vim.ui.select
  vim.ui.select = function(items, options, pick)
    table.insert(asked, options.prompt)
    harness.equal(vim.tbl_map(options.format_item, items), { 'Allow in This Session', 'Not Now' }, 'answers')
    pick(items[2])
  end
  local _, client = repository.open_served(demo, 'apps/activity/base/oci-repository.yaml')
  harness.wait('the question', function()
    return asked[1]
  end)
  assert(asked[1]:find('May infragen ask ghcr.io which versions there are?', 1, true), asked[1])

  repository.cursor_on('>=0.0.0')
  local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = assert(client:request_sync('textDocument/hover', place, harness.patience))
  assert(answer.result.contents.value:find('its tags are not known', 1, true), vim.inspect(answer))
  vim.ui.select = select
  harness.equal(#asked, 1, 'questions')
  harness.equal(vim.uv.fs_stat(vim.env.INFRAGEN_CACHE), nil, 'what registries told')
end)
