// What a user sees of the server, in a copy of the example repository of the Flux project.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { copyRepository, placeOf, writeDemo } from "./repository.mjs";
import { temporaryFolder, Workbench } from "./workbench.mjs";

const apps = "clusters/staging/apps.yaml";
let workbench;
let folder;
let example;
let home;

before(async () => {
  folder = temporaryFolder();
  workbench = await Workbench.start(folder, process.env.INFRAGEN_BIN);
  example = copyRepository("flux2-kustomize-helm-example", folder);
  home = copyRepository("onedr0p-home-ops", folder);
  await workbench.openFolder(example);
});

after(() => workbench?.stop());

afterEach(() => workbench.closeEditors());

/** Goes to the definition of what is under the cursor, and checks that it is this line. */
async function checkDefinition(root, path, line) {
  await workbench.page.keyboard.press("F12");
  await workbench.waitForPlace(path, placeOf(join(root, path), line).line);
}

test("the language status shows the version and the state", () =>
  workbench.shown("status", async () => {
    await workbench.open(apps);
    assert.match(await workbench.status(/running/), /infragen \d+\.\d+\.\d+\s*–?\s*running/);
  }));

test("a dependency leads to its object in the same environment", () =>
  workbench.shown("definition", async () => {
    await workbench.openAt(example, apps, "infra-configs", "dependsOn:");
    await checkDefinition(example, "clusters/staging/infrastructure.yaml", "  name: infra-configs");
  }));

test("a source leads to its object", () =>
  workbench.shown("definition-of-source", async () => {
    await workbench.openAt(example, "apps/base/podinfo/release.yaml", "podinfo", "kind: HelmRepository");
    await checkDefinition(example, "apps/base/podinfo/repository.yaml", "  name: podinfo");
  }));

test("a dangling reference is shown, and the quick fix removes it", async () => {
  const { page } = workbench;
  const { line, column } = await workbench.openAt(example, apps, "infra-configs", "dependsOn:");
  const problem = page.locator(".markers-panel .monaco-list-row", { hasText: "dangling-reference" });

  await workbench.shown("diagnostic", async () => {
    await workbench.goTo({ line, column: column + "infra-conf".length });
    await page.keyboard.press("Delete");
    await page.locator(".squiggly-error").waitFor();
    await workbench.run("Problems: Focus on Problems View");
    await problem.waitFor();
    assert.match(await problem.innerText(), /infragen/);
  });

  await workbench.shown("quick-fix", async () => {
    await workbench.run("View: Focus Active Editor Group");
    await page.keyboard.press("Control+.");
    await page.locator(".action-widget .monaco-list-row", { hasText: "infra-configs" }).first().waitFor();
  });

  await workbench.shown("quick-fix-applied", async () => {
    await page.locator(".action-widget .monaco-list-row", { hasText: "infra-configs" }).first().click();
    await page.locator(".view-line", { hasText: "- name: infra-configs" }).waitFor();
    await page.locator(".squiggly-error").waitFor({ state: "detached" });
    await problem.waitFor({ state: "detached" });
  });
});

test("names of dependencies are completed while the file is broken", () =>
  workbench.shown("completion", async () => {
    const { page } = workbench;
    const { line } = await workbench.openAt(example, apps, "infra-configs", "dependsOn:");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    // The editor has indented the new line like the one above.
    await page.keyboard.type("- name: ");
    await page.keyboard.press("Control+Space");
    const suggestion = page.locator(".suggest-widget .monaco-list-row", { hasText: "infra-controllers" });
    await suggestion.waitFor();
    await suggestion.click();
    await page.locator(".view-line", { hasText: "- name: infra-controllers" }).waitFor();
    assert.equal((await workbench.place()).line, line + 1);
  }));

test("hover says what a reference leads to", () =>
  workbench.shown("hover", async () => {
    await workbench.openAt(example, apps, "infra-configs", "dependsOn:");
    await workbench.run("Show or Focus Hover");
    const hover = workbench.page.locator(".monaco-hover-content", { hasText: "clusters/staging/infrastructure.yaml" });
    await hover.waitFor();
    assert.match(await hover.innerText(), /infra-configs/);
  }));

test("a rename edits the object and who names it", () =>
  workbench.shown("rename", async () => {
    const { page } = workbench;
    await workbench.openAt(example, "apps/base/podinfo/release.yaml", "podinfo", "kind: HelmRepository");
    await page.keyboard.press("F2");
    // The box is there before it takes what is typed.
    await page.waitForFunction(() => globalThis.document.activeElement?.closest(".rename-box"));
    const name = page.locator(".rename-box input");
    await name.fill("charts");
    await name.press("Enter");
    await page.locator(".view-line", { hasText: "name: charts" }).waitFor();
    await workbench.open("apps/base/podinfo/repository.yaml");
    await page.locator(".view-line", { hasText: "name: charts" }).waitFor();
  }));

// The picture of it is the one in the README (docs/images/hover.png).
test("hover in the repository that the demo writes", () =>
  workbench.shown("hover-in-demo", async () => {
    const demo = writeDemo(folder);
    await workbench.openFolder(demo);
    await workbench.openAt(demo, "apps/activity/base/api.yaml", "activity", "kind: OCIRepository");
    await workbench.run("Show or Focus Hover");
    const hover = workbench.page.locator(".monaco-hover-content", { hasText: "oci-repository.yaml" });
    await hover.waitFor();
    assert.match(await hover.innerText(), />=0\.0\.0/);
  }).finally(() => workbench.openFolder(example)));

test("the server can be started anew", () =>
  workbench.shown("restart", async () => {
    await workbench.openAt(example, apps, "infra-configs", "dependsOn:");
    await workbench.run("infragen: Restart Server");
    assert.match(await workbench.status(/running/), /infragen \d+\.\d+\.\d+/);
    await checkDefinition(example, "clusters/staging/infrastructure.yaml", "  name: infra-configs");
  }));

test("a dependency leads to another namespace of a large repository", () =>
  workbench.shown("definition-in-large-repository", async () => {
    await workbench.openFolder(home);
    await workbench.openAt(home, "kubernetes/apps/default/slskd/ks.yaml", "multus-networks");
    await checkDefinition(home, "kubernetes/apps/kube-system/multus/ks.yaml", "  name: multus-networks");
  }));
