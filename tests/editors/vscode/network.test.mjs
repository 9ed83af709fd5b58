// What a user is asked before a registry is.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { replaceIn, writeDemo } from "./repository.mjs";
import { temporaryFolder, Workbench } from "./workbench.mjs";

const source = "apps/activity/base/oci-repository.yaml";
const question = "May infragen ask ghcr.io which versions there are?";
let workbench;
let demo;

before(async () => {
  const folder = temporaryFolder();
  workbench = await Workbench.start(folder, process.env.INFRAGEN_BIN, "ask");
  demo = writeDemo(folder);
  // No folder stands in for the registry.
  replaceIn(join(demo, ".infragen.yaml"), "  ghcr.io: registry", "  other.example: registry");
  await workbench.openFolder(demo);
});

after(() => workbench?.stop());

test("no registry is asked before the user has allowed it", async () => {
  const { page } = workbench;
  await workbench.shown("network-question", async () => {
    await workbench.openAt(demo, source, ">=0.0.0");
    const message = await workbench.message(question);
    assert.deepEqual(await message.locator(".monaco-button").allInnerTexts(), ["Allow in This Session", "Not Now"]);
  });
  await page.getByRole("button", { name: "Not Now" }).click();
  await page.locator(".notification-list-item", { hasText: question }).waitFor({ state: "detached" });
  await workbench.hover("its tags are not known: allow the network");
  assert.equal(await page.locator(".notification-list-item", { hasText: question }).count(), 0);
  assert.ok(!existsSync(workbench.cache), "something was asked");
});

test("who refreshes by hand is asked again", async () => {
  await workbench.run("infragen: Refresh Versions");
  await workbench.message(question);
});
