-- Which versions environments take, in the repository that the demo writes: a folder stands in for its registry.
local harness = require('harness')
local repository = require('repository')
local screen = require('screen')

local demo = repository.demo()
local source = 'apps/activity/base/oci-repository.yaml'
local both = 'production v1.4.2 · staging v1.5.0-staging-42'

vim.o.swapfile = false
vim.g.infragen_cmd = vim.env.INFRAGEN_BIN

--- Asks the server until its answer is the wanted one: it looks into the registry beside its other work.
---@param what string
---@param accept fun(result: any): any?
local function ask(what, client, method, params, accept)
  return harness.wait(what, function()
    local answer = assert(client:request_sync(method, params, harness.patience))
    assert(not answer.err, vim.inspect(answer.err))
    return accept(answer.result)
  end)
end

--- The text of the hover under the cursor, once it has `wanted`.
local function hover(client, wanted)
  local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
  return ask('a hover with ' .. wanted, client, 'textDocument/hover', place, function(found)
    local text = found and found ~= vim.NIL and found.contents.value
    return text and text:find(wanted, 1, true) and text
  end)
end

--- Runs `body` with the messages of the plugin going into a list instead of to the screen; answers the list.
---@return string[]
local function notified(body)
  local messages = {}
  local notify = vim.notify
  vim.notify = function(message)
    table.insert(messages, message)
  end
  local ok, failure = pcall(body, messages)
  vim.notify = notify
  assert(ok, failure)
  return messages
end

local function close_float()
  local _, window = harness.float('the window')
  vim.api.nvim_win_close(window, true)
end

harness.test('hovers say what each environment takes, wherever a version is meant', function()
  local places = {
    { source, '>=0.0.0' },
    { source, 'oci://' },
    { source, 'activity', 'metadata:' },
    { 'apps/activity/base/api.yaml', 'activity', 'kind: OCIRepository' },
    { 'apps/activity/overlays/staging/patches/oci-repository-patch.yaml', '>=0.0.0-0' },
  }
  for _, place in ipairs(places) do
    local path, text, after = unpack(place, 1, 3)
    local _, client = repository.open_served(demo, path)
    repository.cursor_on(text, after)
    local shown = hover(client, 'v1.4.2')
    assert(shown:find('7 tags, asked', 1, true), shown)
    if not path:find('overlays') then
      assert(shown:find('| production | `>=0.0.0`   | `v1.4.2` ', 1, true), shown)
    end
    assert(shown:find('staging%s+| `>=0%.0%.0%-0` | `v1%.5%.0%-staging%-42` '), shown)
  end
end)

-- The picture of it is the one in the README (docs/images/versions-hover-neovim.png).
harness.test('the screen has a table below the range, a hint behind it and a lens above the source', function()
  screen.set(36, 92)
  local buffer, client = repository.open_served(demo, source)
  repository.cursor_on('>=0.0.0')
  hover(client, 'v1.4.2')
  vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  local function wait_for(...)
    local lines = table.concat(vim.tbl_map(vim.pesc, { ... }), '[^\n]*\n[^\n]*')
    harness.wait('these lines on the screen: ' .. lines, function()
      return screen.text():find(lines)
    end)
  end
  wait_for('  semver: ">=0.0.0" → v1.4.2 · v1.5.0-staging-42')
  -- Neovim 0.11 shows lenses only when it is told to, at the end of the line.
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = buffer })
    wait_for('apiVersion: source.toolkit.fluxcd.io/v1', both, 'kind: OCIRepository')
  end
  vim.lsp.buf.hover()
  wait_for(
    '|            | range     | takes             | age    | digest   |',
    '|------------|-----------|-------------------|--------|----------|',
    '| production | >=0.0.0   | v1.4.2            | 6 days |',
    '| staging    | >=0.0.0-0 | v1.5.0-staging-42 | 1 day  |'
  )
  screen.save('versions-hover-neovim')
  close_float()
end)

harness.test('a lens above the source says it too', function()
  local buffer, client = repository.open_served(demo, source)
  local document = { textDocument = vim.lsp.util.make_text_document_params(buffer) }
  ask('the lens', client, 'textDocument/codeLens', document, function(lenses)
    return vim.iter(lenses):any(function(lens)
      return lens.command.title == both
    end)
  end)
end)

harness.test('the explanation opens beside the text', function()
  local _, client = repository.open_served(demo, source)
  repository.cursor_on('>=0.0.0')
  hover(client, 'v1.4.2')
  vim.cmd.InfragenExplain()
  local text = harness.float('the explanation')
  assert(text:find('passes over `v1.5.0-staging-42`: prereleases are', 1, true), text)
  assert(text:find('- **v1.4.2**: the newest in the range', 1, true), text)
  assert(text:find('- `v1.3.0`: older than `v1.4.2`', 1, true), text)
  close_float()
end)

harness.test('where no version is chosen, the explanation says so', function()
  repository.open_served(demo, source)
  repository.cursor_on('interval')
  local messages = notified(function(messages)
    vim.cmd.InfragenExplain()
    harness.wait('the message', function()
      return messages[1]
    end)
  end)
  harness.equal(messages, { 'infragen: no version is chosen here' }, 'messages')
end)

harness.test('a refresh finds what came to the registry since', function()
  local _, client = repository.open_served(demo, source)
  repository.cursor_on('>=0.0.0')
  hover(client, '7 tags')
  repository.release(demo, 'activity-kustomize', 'v1.4.2', 'v1.6.0')
  local messages = notified(function()
    vim.cmd.InfragenRefresh()
    hover(client, '| production | `>=0.0.0`   | `v1.6.0` ')
  end)
  harness.equal(messages, {}, 'messages')
end)

harness.test('without the server the commands say that it is not there', function()
  vim.cmd.enew()
  for _, command in ipairs({ 'InfragenExplain', 'InfragenRefresh', 'InfragenDefinition' }) do
    local messages = notified(function()
      vim.cmd(command)
    end)
    harness.equal(messages, { 'infragen is not attached to this buffer' }, command)
  end
end)

harness.test('nobody is asked about the network unless the settings say so', function()
  harness.equal(vim.lsp.config.infragen.init_options, { network = 'off' }, 'options')
end)
