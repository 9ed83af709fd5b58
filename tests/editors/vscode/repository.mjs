// Copies of Flux repositories that a test may change.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const checkout = join(import.meta.dirname, "../../..");
const shared = process.env.INFRAGEN_SHARED ?? join(checkout, "../shared");

function original(name) {
  const corpus = join(shared, "corpora", name);
  if (existsSync(corpus)) {
    return corpus;
  }
  console.log(`${corpus} is not at hand: using the stand-in of the tests`);
  return join(checkout, "tests/editors/fixtures", name);
}

/** Copies a repository into `folder` and makes it a Git repository again; answers its root. */
export function copyRepository(name, folder) {
  const root = join(folder, name);
  cpSync(original(name), root, { recursive: true });
  makeWritable(root);
  execFileSync("git", ["init", "--quiet", root]);
  return root;
}

/** Writes the repository of `infragen demo`, with a folder that stands in for its registry; answers its root. */
export function writeDemo(folder) {
  const root = join(folder, "infra");
  const env = { ...process.env, INFRAGEN_CACHE: join(folder, "cache-of-demo") };
  execFileSync(process.env.INFRAGEN_BIN, ["demo", root], { env });
  return root;
}

/** Gives a version in the registry of the demo another tag, as a release would. */
export function release(root, bundle, tag, released) {
  const path = join(root, "registry/acme", bundle, "index.json");
  const index = JSON.parse(readFileSync(path, "utf8"));
  const name = "org.opencontainers.image.ref.name";
  const version = index.manifests.find(({ annotations }) => annotations[name] === tag);
  index.manifests.push({ ...version, annotations: { ...version.annotations, [name]: released } });
  writeFileSync(path, JSON.stringify(index));
}

/** Puts text in the place of another one, in a file. */
export function replaceIn(file, text, replacement) {
  const content = readFileSync(file, "utf8");
  if (!content.includes(text)) {
    throw new Error(`${file} has no "${text}"`);
  }
  writeFileSync(file, content.replace(text, replacement));
}

function makeWritable(path) {
  const isFolder = statSync(path).isDirectory();
  chmodSync(path, isFolder ? 0o755 : 0o644);
  if (isFolder) {
    readdirSync(path).forEach((name) => makeWritable(join(path, name)));
  }
}

/** The place of `text` in the first line after a line with `after` that holds it, counted from 1 as editors show it. */
export function placeOf(file, text, after = "") {
  const lines = readFileSync(file, "utf8").split("\n");
  const start = lines.findIndex((line) => line.includes(after));
  const line = lines.findIndex((candidate, index) => index >= start && candidate.includes(text));
  if (start < 0 || line < 0) {
    throw new Error(`${file} has no "${text}" after "${after}"`);
  }
  return { line: line + 1, column: lines[line].indexOf(text) + 1 };
}
