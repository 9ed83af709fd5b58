--- A test file registers cases with `test`; `run` runs them and ends the editor.
local M = {}

---@type { name: string, body: fun() }[]
local cases = {}

--- How long an answer of the server may take on a busy machine.
M.patience = 20000

---@param name string
---@param body fun()
function M.test(name, body)
  table.insert(cases, { name = name, body = body })
end

--- Waits until `probe` answers something, and answers that; fails with `what` otherwise.
---@generic T
---@param what string
---@param probe fun(): T?
---@return T
function M.wait(what, probe)
  local found
  vim.wait(M.patience, function()
    found = probe()
    return found
  end, 20)
  return found or error('gave up waiting for ' .. what, 2)
end

--- Waits until a floating window is there, and answers its text; fails with `what` otherwise.
---@param what string
---@return string text
---@return integer window
function M.float(what)
  local window = M.wait(what, function()
    return vim.iter(vim.api.nvim_list_wins()):find(function(window)
      return vim.api.nvim_win_get_config(window).relative ~= ''
    end)
  end)
  local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true)
  return table.concat(lines, '\n'), window
end

---@param actual any
---@param expected any
---@param what string
function M.equal(actual, expected, what)
  if not vim.deep_equal(actual, expected) then
    error(('%s\nexpected: %s\nactual:   %s'):format(what, vim.inspect(expected), vim.inspect(actual)), 2)
  end
end

---@param list any[]
---@param wanted any
---@param what string
function M.contains(list, wanted, what)
  if not vim.tbl_contains(list, wanted) then
    error(('%s\nwanted: %s\namong:  %s'):format(what, vim.inspect(wanted), vim.inspect(list)), 2)
  end
end

local function say(text)
  io.stdout:write(text, '\n')
end

--- Runs all cases and ends the editor; its exit code says whether all of them passed.
function M.run()
  local failed = 0
  for _, case in ipairs(cases) do
    vim.v.errmsg = ''
    local ok, failure = xpcall(case.body, debug.traceback)
    if ok and vim.v.errmsg ~= '' then
      -- A user would see this, whatever else worked.
      ok, failure = false, 'the editor reported: ' .. vim.v.errmsg
    end
    say((ok and 'ok      ' or 'FAILED  ') .. case.name)
    if not ok then
      failed = failed + 1
      say((failure:gsub('([^\n]+)', '        %1')))
    end
  end
  say(('%d of %d cases passed'):format(#cases - failed, #cases))
  vim.cmd.cquit(failed == 0 and #cases > 0 and 0 or 1)
end

return M
