--- Copies of Flux repositories that a test may change.
local harness = require('harness')

local M = {}

local checkout = vim.fs.root(debug.getinfo(1, 'S').source:sub(2), 'Cargo.lock')

---@param name string
---@return string folder of the repository to copy
local function original(name)
  local shared = vim.env.INFRAGEN_SHARED or (checkout .. '/../shared')
  local corpus = vim.fs.joinpath(shared, 'corpora', name)
  if vim.uv.fs_stat(corpus) then
    return corpus
  end
  io.stdout:write(('%s is not at hand: using the stand-in of the tests\n'):format(corpus))
  return vim.fs.joinpath(checkout, 'tests/editors/fixtures', name)
end

---@param ... string
local function run(...)
  local result = vim.system({ ... }, { text = true }):wait()
  assert(result.code == 0, result.stderr)
end

--- Copies a repository into a folder that goes away with the editor, and makes it a Git repository again.
---@param name string
---@return string root
function M.copy(name)
  local root = vim.fs.joinpath(assert(vim.uv.fs_realpath(vim.fs.dirname(vim.fn.tempname()))), name)
  run('cp', '-R', original(name), root)
  run('chmod', '-R', 'u+w', root)
  run('git', 'init', '--quiet', root)
  return root
end

--- The repository that `infragen demo` writes, with a folder that stands in for its registry.
---@return string root
function M.demo()
  local root = vim.fs.joinpath(assert(vim.uv.fs_realpath(vim.fs.dirname(vim.fn.tempname()))), 'infra')
  run(assert(vim.env.INFRAGEN_BIN, 'INFRAGEN_BIN names no program'), 'demo', root)
  return root
end

--- Gives a version of the demo's registry another tag, as a release would.
---@param root string
---@param bundle string
---@param tag string
---@param new string
function M.release(root, bundle, tag, new)
  local index = vim.fs.joinpath(root, 'registry/acme', bundle, 'index.json')
  local content = vim.json.decode(vim.fn.readblob(index))
  local name = 'org.opencontainers.image.ref.name'
  local released = vim.iter(content.manifests):find(function(manifest)
    return manifest.annotations[name] == tag
  end)
  released = vim.deepcopy(assert(released, tag .. ' is not in the registry'))
  released.annotations[name] = new
  table.insert(content.manifests, released)
  vim.fn.writefile({ vim.json.encode(content) }, index)
end

--- Opens a file of a repository.
---@param root string
---@param path string
---@return integer buffer
function M.open(root, path)
  vim.cmd.edit({ vim.fs.joinpath(root, path), bang = true })
  return vim.api.nvim_get_current_buf()
end

--- Opens a file and waits for the server.
---@param root string
---@param path string
---@return integer buffer
---@return vim.lsp.Client client
function M.open_served(root, path)
  local buffer = M.open(root, path)
  local client = harness.wait('the server in ' .. path, function()
    local client = vim.lsp.get_clients({ bufnr = buffer, name = 'infragen' })[1]
    return client and client.initialized and client
  end)
  return buffer, client
end

--- Puts the cursor on `text`, in the first line after `after` that holds it.
---@param text string
---@param after? string
function M.cursor_on(text, after)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  if after then
    assert(vim.fn.search('\\V' .. after, 'cW') > 0, after .. ' is not in the file')
  end
  assert(vim.fn.search('\\V' .. text, 'cW') > 0, text .. ' is not in the file')
end

--- The line number of the first line that is exactly `line`.
---@param root string
---@param path string
---@param line string
---@return integer
function M.line_of(root, path, line)
  for number, text in ipairs(vim.fn.readfile(vim.fs.joinpath(root, path))) do
    if text == line then
      return number
    end
  end
  error(('%s has no line %q'):format(path, line))
end

return M
