--- The screen, for what only it tells: what is hidden in the text, what stands beside it. Nobody sees that of an editor
--- without a terminal, but it is drawn.
local M = {}

local checkout = vim.fs.root(debug.getinfo(1, 'S').source:sub(2), 'Cargo.lock')
local screenshots = vim.env.INFRAGEN_SCREENSHOTS or vim.fs.joinpath(checkout, 'target/editor-screenshots')

--- Makes the screen so large, and what is on it as plain as possible.
---@param lines integer
---@param columns integer
function M.set(lines, columns)
  vim.o.lines, vim.o.columns = lines, columns
  vim.o.termguicolors = true
  vim.o.laststatus = 0
  vim.o.ruler = false
  vim.o.winborder = 'rounded'
  vim.opt.fillchars:append({ eob = ' ' })
end

--- The text and the attributes of a cell; nothing where the grid has none, or is none.
local function cell_at(grid, row, column)
  local ok, cell = pcall(vim.api.nvim__inspect_cell, grid, row, column)
  return ok and cell[1] and cell or nil
end

--- The cells of a grid by lines.
---@param grid integer
---@return { [1]: string, [2]: table }[][]
local function cells_of(grid)
  local lines = {}
  while cell_at(grid, #lines, 0) do
    local line = {}
    repeat
      table.insert(line, cell_at(grid, #lines, #line))
    until not cell_at(grid, #lines, #line)
    table.insert(lines, line)
  end
  return lines
end

--- Floating windows have grids of their own, with numbers that nothing tells. No test opens so many.
local GRIDS = 100

--- The cells of the screen as it is now, with the floating window, if there is one.
local function cells()
  vim.cmd.redraw()
  local lines = cells_of(1)
  local float = vim.iter(vim.api.nvim_list_wins()):find(function(window)
    return vim.api.nvim_win_get_config(window).relative ~= ''
  end)
  if float then
    local top, left = unpack(vim.api.nvim_win_get_position(float))
    for grid = 2, GRIDS do
      for row, line in ipairs(cells_of(grid)) do
        for column, cell in ipairs(line) do
          lines[top + row][left + column] = cell
        end
      end
    end
  end
  return lines
end

--- The lines of the screen as a user reads them.
---@return string
function M.text()
  local lines = vim.tbl_map(function(line)
    return table.concat(vim.tbl_map(function(cell)
      return cell[1]
    end, line))
  end, cells())
  return table.concat(lines, '\n')
end

local function style(attributes, normal)
  local fg, bg = attributes.foreground or normal.fg, attributes.background or normal.bg
  if attributes.reverse then
    fg, bg = bg, fg
  end
  local css = ('color:#%06x;background:#%06x'):format(fg, bg)
  css = css .. (attributes.bold and ';font-weight:bold' or '')
  css = css .. (attributes.italic and ';font-style:italic' or '')
  return css .. (attributes.underline and ';text-decoration:underline' or '')
end

local PAGE = [[<!doctype html>
<meta charset="utf-8">
<style>
  body { margin: 0; padding: 10px; background: #%06x; width: max-content }
  pre { margin: 0; font: 15px/17px "DejaVu Sans Mono", monospace }
  span { display: inline-block; height: 17px }
</style>
<pre>%s</pre>
]]

--- Saves the screen as a page, of which a browser can make a picture.
---@param name string
function M.save(name)
  local normal = vim.api.nvim_get_hl(0, { name = 'Normal' })
  local escaped = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;' }
  local rows = {}
  for _, line in ipairs(cells()) do
    local row, last = {}, nil
    for _, cell in ipairs(line) do
      local css = style(cell[2] or {}, normal)
      if css ~= last then
        table.insert(row, (last and '</span>' or '') .. ('<span style="%s">'):format(css))
        last = css
      end
      table.insert(row, (cell[1]:gsub('[&<>]', escaped)))
    end
    table.insert(rows, table.concat(row) .. '</span>')
  end
  vim.fn.mkdir(screenshots, 'p')
  local page = PAGE:format(normal.bg, table.concat(rows, '\n'))
  vim.fn.writefile(vim.split(page, '\n'), vim.fs.joinpath(screenshots, name .. '.html'))
end

return M
