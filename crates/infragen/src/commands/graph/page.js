
'use strict';
const graph = JSON.parse(document.getElementById('graph').textContent);
const main = document.querySelector('main');
const picture = main.querySelector('svg');
const aside = document.querySelector('aside');
const search = document.querySelector('input');
const boxes = new Map();
document.querySelectorAll('[data-node]').forEach(box => boxes.set(Number(box.dataset.node), box));
const arrows = [...document.querySelectorAll('[data-edges]')].map(path => ({
  path, edges: path.dataset.edges.split(' ').map(edge => edge.split('-').map(Number)),
}));
const cardOf = node => boxes.get(node).closest('.card');
const none = () => graph.nodes.map(() => []);
const before = none(), then = none(), from = none(), gives = none();
for (const [later, first, leads] of graph.edges) {
  if (leads === 'waits') { before[later].push(first); then[first].push(later); }
  else { from[later].push([first, leads]); gives[first].push([later, leads]); }
}

/// All that a list of steps leads to.
function reach(start, steps) {
  const seen = new Set(start), rest = [...start];
  while (rest.length) for (const next of steps[rest.pop()]) if (!seen.has(next)) { seen.add(next); rest.push(next); }
  return seen;
}

function clear() {
  picture.classList.remove('looks');
  picture.querySelectorAll('.lit, .before, .then, .chosen')
    .forEach(it => it.classList.remove('lit', 'before', 'then', 'chosen'));
  aside.replaceChildren();
}

function choose(node, move) {
  clear();
  picture.classList.add('looks');
  const first = reach([node], before), later = reach([node], then);
  const near = [...from[node], ...gives[node]].map(([other]) => other);
  for (const other of [...first, ...later, ...near]) cardOf(other).classList.add('lit');
  for (const { path, edges } of arrows) {
    const is = test => edges.some(([a, b]) => test(a, b));
    const back = is((a, b) => first.has(a) && first.has(b) && before[b].includes(a));
    const forth = is((a, b) => later.has(a) && later.has(b) && before[b].includes(a));
    const direct = is((a, b) => (a === node || b === node) && !before[b].includes(a));
    if (back || forth || direct) path.classList.add('lit');
    if (back) path.classList.add('before'); else if (forth) path.classList.add('then');
  }
  boxes.get(node).classList.add('chosen');
  describe(node);
  if (move) show(node);
  history.replaceState(null, '', '#' + encodeURIComponent(graph.nodes[node].label));
}

function show(node) {
  const box = boxes.get(node).getBoundingClientRect(), frame = main.getBoundingClientRect();
  main.scrollBy({
    left: box.left + box.width / 2 - frame.left - frame.width / 2,
    top: box.top + box.height / 2 - frame.top - frame.height / 2,
    behavior: 'smooth',
  });
}

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text ?? '';
  if (className) made.className = className;
  return made;
}

function describe(node) {
  const { label, place, faults } = graph.nodes[node];
  aside.append(element('h2', label));
  const at = element('p');
  at.append(element('code', place ?? 'not in the repository'));
  aside.append(at);
  faults.forEach(fault => aside.append(element('p', '✗ ' + fault, 'bad')));
  const rows = [...cardOf(node).querySelectorAll('.row')].map(row => Number(row.dataset.node));
  const only = leads => list => list.filter(([, own]) => own === leads).map(([other]) => other);
  list('Waits for', before[node]);
  list('Waits for it', then[node]);
  list('Comes from', only('source')(from[node]));
  list('Used by', only('source')(gives[node]));
  list('Applied by', only('applied')(from[node]));
  list('Applies', [...new Set([...only('applied')(gives[node]), ...rows.filter(row => cardOf(node) === boxes.get(node) && row !== node)])]);
}

function list(title, nodes) {
  if (!nodes.length) return;
  aside.append(element('h3', `${title} (${nodes.length})`));
  const list = element('ul');
  for (const node of nodes) {
    const { label, faults } = graph.nodes[node];
    const button = element('button', label, faults.length ? 'bad' : '');
    button.onclick = () => choose(node, true);
    const item = element('li');
    item.append(button);
    list.append(item);
  }
  aside.append(list);
}

let found = [], turn = 0;
search.oninput = () => {
  clear();
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  found = words.length
    ? graph.nodes.flatMap((node, at) => words.every(word => node.label.toLowerCase().includes(word)) ? [at] : [])
    : [];
  turn = 0;
  document.getElementById('found').textContent = words.length ? `${found.length} found` : '';
  if (!words.length) return;
  picture.classList.add('looks');
  found.forEach(node => cardOf(node).classList.add('lit'));
  if (found.length) show(found[0]);
};
search.onkeydown = event => {
  if (event.key === 'Enter' && found.length) choose(found[turn++ % found.length], true);
};
document.onkeydown = event => {
  if (event.key === 'Escape') { search.value = ''; search.oninput(); search.blur(); }
  if (event.key === '/' && event.target !== search) { event.preventDefault(); search.focus(); }
};
document.getElementById('bad')?.addEventListener('click', () => {
  const bad = graph.nodes.flatMap((node, at) => node.faults.length ? [at] : []);
  choose(bad[turn++ % bad.length], true);
});

const size = [picture.width.baseVal.value, picture.height.baseVal.value];
let scale = 1;
function zoom(to, x = main.clientWidth / 2, y = main.clientHeight / 2) {
  to = Math.min(2.5, Math.max(.1, to));
  const at = [(main.scrollLeft + x) / scale, (main.scrollTop + y) / scale];
  scale = to;
  picture.setAttribute('width', size[0] * scale);
  picture.setAttribute('height', size[1] * scale);
  main.scrollTo(at[0] * scale - x, at[1] * scale - y);
}
const fit = () => zoom(Math.min(1, main.clientWidth / size[0], main.clientHeight / size[1]));
document.getElementById('in').onclick = () => zoom(scale * 1.25);
document.getElementById('out').onclick = () => zoom(scale / 1.25);
document.getElementById('fit').onclick = fit;
main.addEventListener('wheel', event => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const frame = main.getBoundingClientRect();
  zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - frame.left, event.clientY - frame.top);
}, { passive: false });
let grip = null, moved = false;
main.onpointerdown = event => {
  if (event.button === 0) { grip = [event.clientX + main.scrollLeft, event.clientY + main.scrollTop]; moved = false; }
};
window.onpointermove = event => {
  if (!grip) return;
  const [x, y] = [grip[0] - event.clientX, grip[1] - event.clientY];
  if (!moved && Math.hypot(x - main.scrollLeft, y - main.scrollTop) < 5) return;
  moved = true;
  main.classList.add('drags');
  main.scrollTo(x, y);
};
window.onpointerup = () => { grip = null; main.classList.remove('drags'); };
picture.onclick = event => {
  if (moved) return;
  const box = event.target.closest('[data-node]');
  if (box) choose(Number(box.dataset.node)); else { clear(); history.replaceState(null, '', '#'); }
};
const asked = decodeURIComponent(location.hash.slice(1));
const start = graph.nodes.findIndex(node => node.label === asked);
if (start >= 0) choose(start, true);
