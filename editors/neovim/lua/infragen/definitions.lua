local M = {}

--- The client of infragen for a buffer.
---@return vim.lsp.Client?
local function client_of(buffer)
  return vim.lsp.get_clients({ name = 'infragen', bufnr = buffer })[1]
end

--- What tells one answer of `infragen/definitions` from the others.
---@return string
local function label(found)
  local path = vim.fn.fnamemodify(vim.uri_to_fname(found.location.uri), ':.')
  local place = path .. ':' .. (found.location.range.start.line + 1)
  local parts = { found.environment, found.name, place }
  if type(found.environment) ~= 'string' then
    parts = { found.name, place }
  end
  return table.concat(vim.tbl_filter(function(part)
    return part ~= ''
  end, parts), '  ')
end

--- Goes to the definition of what is under the cursor, in the environment that the user picks.
function M.go()
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  if not client then
    vim.notify('infragen is not attached to this buffer', vim.log.levels.WARN)
    return
  end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  client:request('infragen/definitions', params, function(problem, found)
    if problem or not found or #found == 0 then
      vim.notify(problem and problem.message or 'No definition found', vim.log.levels.INFO)
      return
    end
    local function open(one)
      if one then
        vim.lsp.util.show_document(one.location, client.offset_encoding, { focus = true })
      end
    end
    local function is_first(one)
      return vim.deep_equal(one.location, found[1].location)
    end
    if vim.iter(found):all(is_first) then
      open(found[1])
    else
      vim.ui.select(found, { prompt = 'In which environment?', format_item = label }, open)
    end
  end, buffer)
end

return M
