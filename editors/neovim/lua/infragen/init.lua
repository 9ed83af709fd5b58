local M = {}

--- The program with its first arguments: `vim.g.infragen_cmd` (a path or such a list), else `infragen` on the PATH.
---@return string[]
function M.program()
  local program = vim.g.infragen_cmd or 'infragen'
  if type(program) == 'table' then
    return program
  end
  -- A path from a user's settings often starts with `~`, which no shell expands here.
  return { vim.fs.normalize(program) }
end

--- The command that starts the language server.
---@return string[]
function M.command()
  return vim.list_extend(vim.list_slice(M.program()), { 'lsp' })
end

return M
