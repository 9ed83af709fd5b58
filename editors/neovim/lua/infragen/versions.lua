local M = {}

---@return vim.lsp.Client?
local function client()
  local found = vim.lsp.get_clients({ name = 'infragen', bufnr = 0 })[1]
  if not found then
    vim.notify('infragen is not attached to this buffer', vim.log.levels.WARN)
  end
  return found
end

--- Asks the registries which versions there are. Whoever asks for it by hand allows it, for this session.
function M.refresh()
  local server = client()
  if not server then
    return
  end
  server:notify('workspace/didChangeConfiguration', { settings = { infragen = { network = 'on' } } })
  server:request('workspace/executeCommand', { command = 'infragen.refreshVersions' }, function(err)
    if err then
      vim.notify('infragen: ' .. err.message, vim.log.levels.ERROR)
    end
  end)
end

--- Shows why each environment takes what it takes, of what is under the cursor.
function M.explain()
  local server = client()
  if not server then
    return
  end
  local place = vim.lsp.util.make_position_params(0, server.offset_encoding)
  local params = { command = 'infragen.explainVersion', arguments = { place } }
  server:request('workspace/executeCommand', params, function(err, text)
    if err then
      vim.notify('infragen: ' .. err.message, vim.log.levels.ERROR)
    elseif not text or text == vim.NIL then
      vim.notify('infragen: no version is chosen here')
    else
      local lines = vim.split(text, '\n', { plain = true })
      vim.lsp.util.open_floating_preview(lines, 'markdown', { focus_id = 'infragen.explain', max_width = 100 })
    end
  end)
end

return M
