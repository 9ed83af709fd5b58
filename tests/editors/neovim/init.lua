-- The `init.lua` of a user who has the plugin: every test starts with it.
local here = vim.fs.dirname(vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p'))
vim.opt.runtimepath:prepend({ vim.fs.normalize(here .. '/../../../editors/neovim'), here })

-- What registries told is kept in a folder of the test's own: nothing depends on what this machine knows already.
vim.env.INFRAGEN_CACHE = vim.fn.tempname()

-- The test may change settings here, before the plugin loads; its cases run when the editor has started.
dofile(vim.env.INFRAGEN_TEST)
