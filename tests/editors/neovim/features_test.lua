-- What a user sees of the server, in a copy of the example repository of the Flux project.
local harness = require('harness')
local repository = require('repository')

local example = repository.copy('flux2-kustomize-helm-example')
local apps = 'clusters/staging/apps.yaml'
local open = repository.open_served

-- Some keys and functions ask on the screen; nobody is there to answer.
vim.o.swapfile = false
vim.g.infragen_cmd = assert(vim.env.INFRAGEN_BIN, 'INFRAGEN_BIN names no program')

--- Goes to the definition of what is under the cursor; answers where that is, like `file:line`.
local function definition(root)
  local before = vim.api.nvim_win_get_cursor(0)
  local buffer = vim.api.nvim_get_current_buf()
  vim.lsp.buf.definition()
  harness.wait('a jump to the definition', function()
    return vim.api.nvim_get_current_buf() ~= buffer or vim.api.nvim_win_get_cursor(0)[1] ~= before[1]
  end)
  local path = vim.fs.relpath(root, vim.api.nvim_buf_get_name(0))
  return ('%s:%d'):format(path, vim.api.nvim_win_get_cursor(0)[1])
end

local function place(root, path, line)
  return ('%s:%d'):format(path, repository.line_of(root, path, line))
end

--- The server's findings in a buffer, as `line: code`.
local function findings(buffer)
  return vim
    .iter(vim.diagnostic.get(buffer))
    :filter(function(diagnostic)
      return diagnostic.source == 'infragen'
    end)
    :map(function(diagnostic)
      return ('%d: %s'):format(diagnostic.lnum + 1, diagnostic.code)
    end)
    :totable()
end

--- Replaces the text of the one line that is exactly `old`; answers the number of the line.
local function replace_line(buffer, old, ...)
  local line = vim.fn.search('\\V\\^' .. old .. '\\$', 'cw')
  assert(line > 0, old .. ' is not in the file')
  vim.api.nvim_buf_set_lines(buffer, line - 1, line, true, { ... })
  return line
end

harness.test('the server attaches at the root of the repository', function()
  local _, client = open(example, apps)
  harness.equal(client.root_dir, example, 'root')
  harness.equal(client.server_info.name, 'infragen', 'name of the server')
  assert(client.server_info.version:match('^%d+%.%d+%.%d+'), vim.inspect(client.server_info))
end)

harness.test('a dependency leads to its object in the same environment', function()
  open(example, apps)
  repository.cursor_on('infra-configs', 'dependsOn:')
  local target = place(example, 'clusters/staging/infrastructure.yaml', '  name: infra-configs')
  harness.equal(definition(example), target, 'definition')
end)

harness.test('a source leads to its object', function()
  open(example, 'apps/base/podinfo/release.yaml')
  repository.cursor_on('podinfo', 'kind: HelmRepository')
  local target = place(example, 'apps/base/podinfo/repository.yaml', '  name: podinfo')
  harness.equal(definition(example), target, 'definition')
end)

harness.test('a dependency leads to another namespace of a large repository', function()
  local home = repository.copy('onedr0p-home-ops')
  local buffer = open(home, 'kubernetes/apps/default/slskd/ks.yaml')
  repository.cursor_on('multus-networks')
  local target = place(home, 'kubernetes/apps/kube-system/multus/ks.yaml', '  name: multus-networks')
  harness.equal(definition(home), target, 'definition')
  harness.equal(findings(buffer), {}, 'findings in a file without faults')
end)

harness.test('a dangling reference is shown, and the quick fix removes it', function()
  local buffer = open(example, apps)
  local line = replace_line(buffer, '    - name: infra-configs', '    - name: infra-confgs')
  harness.wait('a finding', function()
    return vim.tbl_contains(findings(buffer), line .. ': dangling-reference')
  end)

  vim.api.nvim_win_set_cursor(0, { line, #'    - name: ' })
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.kind == 'quickfix' and action.title:find('infra-configs', 1, true) ~= nil
    end,
  })
  harness.wait('the corrected line', function()
    return vim.api.nvim_buf_get_lines(buffer, line - 1, line, true)[1] == '    - name: infra-configs'
  end)
  harness.wait('the finding to go away', function()
    return #findings(buffer) == 0
  end)
end)

harness.test('names of dependencies are completed while the file is broken', function()
  local buffer, client = open(example, apps)
  local line = replace_line(buffer, '    - name: infra-configs', '    - name: infra-configs', '    - name: ')
  vim.api.nvim_win_set_cursor(0, { line + 1, #'    - name: ' })

  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.position.character = #'    - name: '
  local answer = assert(client:request_sync('textDocument/completion', params, harness.patience, buffer))
  local items = assert(answer.result, vim.inspect(answer))
  local labels = vim
    .iter(items.items or items)
    :map(function(item)
      return item.label
    end)
    :totable()
  harness.contains(labels, 'infra-controllers', 'names of the environment')
end)

harness.test('hover says what a reference leads to', function()
  open(example, apps)
  repository.cursor_on('infra-configs', 'dependsOn:')
  vim.lsp.buf.hover()
  local text = harness.float('the hover')
  assert(text:find('infra-configs', 1, true), text)
  assert(text:find('clusters/staging/infrastructure.yaml', 1, true), text)
end)

harness.test('the definition in an environment that is picked', function()
  local root = vim.fs.joinpath(assert(vim.uv.fs_realpath(vim.fs.dirname(vim.fn.tempname()))), 'environments')
  local tenant = 'base/tenant.yaml'
  local function write(path, ...)
    vim.fn.mkdir(vim.fs.dirname(vim.fs.joinpath(root, path)), 'p')
    vim.fn.writefile({ ... }, vim.fs.joinpath(root, path))
  end
  write('.infragen.yaml', '{}')
  write('base/kustomization.yaml', 'resources: [tenant.yaml]')
  write(
    tenant,
    'apiVersion: kustomize.toolkit.fluxcd.io/v1',
    'kind: Kustomization',
    'metadata: {name: tenant, namespace: flux-system}',
    'spec:',
    '  path: ./tenant',
    '  sourceRef:',
    '    kind: GitRepository',
    '    name: flux-system'
  )
  for _, environment in ipairs({ 'production', 'staging' }) do
    local folder = 'clusters/' .. environment
    write(folder .. '/kustomization.yaml', 'resources: [flux-system/gotk-sync.yaml, ../../base]')
    write(
      folder .. '/flux-system/gotk-sync.yaml',
      'apiVersion: source.toolkit.fluxcd.io/v1',
      'kind: GitRepository',
      'metadata: {name: flux-system, namespace: flux-system}',
      '---',
      'apiVersion: kustomize.toolkit.fluxcd.io/v1',
      'kind: Kustomization',
      'metadata: {name: flux-system, namespace: flux-system}',
      ('spec: {path: ./%s, sourceRef: {kind: GitRepository, name: flux-system}}'):format(folder)
    )
  end
  open(root, tenant)
  repository.cursor_on('flux-system', 'kind: GitRepository')
  local offered
  local select = vim.ui.select
  vim.ui.select = function(items, options, pick)
    offered = vim.tbl_map(options.format_item, items)
    pick(items[2])
  end
  vim.cmd.InfragenDefinition()
  harness.wait('the choice', function()
    return offered
  end)
  vim.ui.select = select
  local sync = 'clusters/%s/flux-system/gotk-sync.yaml'
  harness.equal(#offered, 2, 'environments')
  assert(offered[1]:find('^production  GitRepository flux%-system  .*' .. vim.pesc(sync:format('production'))), offered[1])
  assert(offered[2]:find('^staging  GitRepository flux%-system  '), offered[2])
  local path = vim.fs.relpath(root, vim.api.nvim_buf_get_name(0))
  harness.equal(path, sync:format('staging'), 'place')
end)

harness.test('a rename edits the object and who names it', function()
  local release = open(example, 'apps/base/podinfo/release.yaml')
  repository.cursor_on('podinfo', 'kind: HelmRepository')
  local line = vim.api.nvim_win_get_cursor(0)[1]
  vim.lsp.buf.rename('charts')
  harness.wait('the renamed reference', function()
    return vim.api.nvim_buf_get_lines(release, line - 1, line, true)[1]:find('name: charts$') ~= nil
  end)
  local source = vim.fn.bufnr(vim.fs.joinpath(example, 'apps/base/podinfo/repository.yaml'))
  assert(source > 0, 'the file of the object is not edited')
  harness.contains(vim.api.nvim_buf_get_lines(source, 0, -1, true), '  name: charts', 'name of the object')
  -- Other tests read the files as they were.
  for _, buffer in ipairs({ release, source }) do
    vim.api.nvim_buf_delete(buffer, { force = true })
  end
end)

harness.test('the health report names the version and the root', function()
  open(example, apps)
  vim.cmd.checkhealth('infragen')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  vim.cmd.bwipeout()
  assert(report:find('OK infragen %d+%.%d+%.%d+'), report)
  assert(report:find('repository root: ' .. example, 1, true), report)
end)
