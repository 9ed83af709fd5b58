// What a user sees who has installed the extension, but not the program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { copyRepository } from "./repository.mjs";
import { temporaryFolder, Workbench } from "./workbench.mjs";

const missing = "/nonexistent/infragen";
let workbench;

before(async () => {
  const folder = temporaryFolder();
  workbench = await Workbench.start(folder, missing);
  await workbench.openFolder(copyRepository("flux2-kustomize-helm-example", folder));
});

after(() => workbench?.stop());

test("a message names the program, and its button leads to the setting", async () => {
  await workbench.shown("missing-program-message", async () => {
    const message = await workbench.message(missing);
    assert.match(await message.innerText(), /The infragen program was not found/);
  });
  await workbench.shown("missing-program-setting", async ({ page }) => {
    await page.getByRole("button", { name: "Open Settings" }).click();
    const setting = page.locator(".settings-editor .setting-item-contents", { hasText: "Server: Path" });
    await setting.waitFor();
    assert.equal(await setting.locator("input").inputValue(), missing);
  });
  await workbench.page.keyboard.press("Escape");
  await workbench.page.keyboard.press("Escape");
});

test("the language status keeps saying it", async () => {
  await workbench.shown("missing-program-status", async () => {
    await workbench.open("clusters/staging/apps.yaml");
    assert.match(await workbench.status(/not found/), /infragen.*The program was not found/s);
  });
});

test("the log says it", async () => {
  await workbench.shown("missing-program-log", async ({ page }) => {
    await workbench.run("infragen: Show Log");
    await page.locator(".panel .view-lines", { hasText: missing }).waitFor();
  });
});
