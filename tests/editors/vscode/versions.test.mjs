// Which versions environments take, in the repository that the demo writes: a folder stands in for its registry.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { placeOf, release, replaceIn, writeDemo } from "./repository.mjs";
import { temporaryFolder, Workbench } from "./workbench.mjs";

const source = "apps/activity/base/oci-repository.yaml";
const range = ">=0.0.0";
const both = "production v1.4.2 · staging v1.5.0-staging-42";
let workbench;
let demo;

before(async () => {
  const folder = temporaryFolder();
  workbench = await Workbench.start(folder, process.env.INFRAGEN_BIN);
  demo = writeDemo(folder);
  // A base whose dependency is another object in each environment.
  replaceIn(
    join(demo, "apps/activity/base/worker.yaml"),
    "    - name: activity-api\n",
    "    - name: activity-api\n    - name: infrastructure\n      namespace: flux-system\n",
  );
  await workbench.openFolder(demo);
});

after(() => workbench?.stop());

afterEach(() => workbench.closeEditors());

/** The rows of the table in a hover or a page, as the texts of their cells. */
function rows(shown) {
  return shown
    .locator("tr")
    .evaluateAll((rows) => rows.map((row) => Array.from(row.children, (cell) => cell.innerText.trim())));
}

/** Checks what a hover says of the versions of the demo. */
async function checkVersions(shown) {
  const [header, ...table] = await rows(shown);
  assert.deepEqual(header, ["", "range", "takes", "age", "digest"]);
  const taken = table.map(([environment, range, takes, age]) => [environment, range, takes, age]);
  assert.deepEqual(taken, [
    ["production", ">=0.0.0", "v1.4.2", "6 days"],
    ["staging", ">=0.0.0-0", "v1.5.0-staging-42", "1 day"],
  ]);
}

// The picture of it is the one in the README (docs/images/versions-hover-vscode.png).
test("hover, hint and lens of a range say what each environment takes", () =>
  workbench.shown("versions-hover", async () => {
    const { page } = workbench;
    await workbench.openAt(demo, source, range);
    await page.locator(".codelens-decoration", { hasText: both }).waitFor();
    await page.locator(".view-line", { hasText: "→ v1.4.2 · v1.5.0-staging-42" }).waitFor();
    const hover = await workbench.hover("7 tags, asked");
    await checkVersions(hover);
    assert.match(await hover.innerText(), /passes over\s+v1\.5\.0-staging-42\s*: prereleases are not asked for/);
  }));

test("the address, the name and what refers to it say it too", async () => {
  for (const [path, text, after] of [
    [source, "oci://"],
    [source, "activity", "metadata:"],
    ["apps/activity/base/api.yaml", "activity", "kind: OCIRepository"],
  ]) {
    await workbench.openAt(demo, path, text, after);
    await checkVersions(await workbench.hover("7 tags, asked"));
  }
});

test("the explanation opens as a page beside the editor", () =>
  workbench.shown("versions-explanation", async () => {
    await workbench.openAt(demo, source, range);
    await workbench.hover("7 tags, asked");
    await workbench.page.keyboard.press("Escape");
    await workbench.run("infragen: Show Explanation of Version");
    // The page is in a frame in a frame, apart from the workbench.
    const page = workbench.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame").locator("body");
    await page.locator("table").waitFor();
    await checkVersions(page);
    const text = await page.innerText();
    assert.match(text, /passes over v1\.5\.0-staging-42/);
    assert.match(text, /v1\.3\.0: older than v1\.4\.2/);
  }));

test("where no version is chosen, the status bar says so", async () => {
  await workbench.openAt(demo, source, "interval");
  await workbench.run("infragen: Show Explanation of Version");
  await workbench.page.locator(".statusbar", { hasText: "infragen: no version is chosen here" }).waitFor();
});

test("a definition is gone to in the environment that is picked", async () => {
  await workbench.shown("definition-in-environment", async () => {
    await workbench.openAt(demo, "apps/activity/base/worker.yaml", "infrastructure");
    assert.deepEqual(
      await workbench.runWithList("infragen: Go to Definition in Environment…", "staging"),
      ["production", "staging"].map(
        (environment) => `${environment}Kustomization infrastructure clusters/${environment}/infrastructure.yaml:5`,
      ),
    );
  });
  await workbench.choose("staging", "clusters/staging/infrastructure.yaml");
  const target = "clusters/staging/infrastructure.yaml";
  await workbench.waitForPlace(target, placeOf(join(demo, target), "name: infrastructure").line);
});

test("a refresh finds what came to a folder that stands in for a registry, also where the settings forbid the network", async () => {
  await workbench.openAt(demo, source, range);
  await workbench.hover("7 tags, asked");
  release(demo, "activity-kustomize", "v1.4.2", "v1.6.0");
  const lens = workbench.page.locator(".codelens-decoration", { hasText: "production v1.6.0" });
  await workbench.run("infragen: Refresh Versions");
  await lens.waitFor();
  await workbench.hover("8 tags, asked");
  const warning = workbench.page.locator(".notification-toast", { hasText: "did not ask" });
  assert.equal(await warning.count(), 0);
});
