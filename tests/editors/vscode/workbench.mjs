// VS Code's real workbench and extension host, served by code-server to a headless Chromium.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { placeOf } from "./repository.mjs";

/** How long an answer of the editor or the server may take on a busy machine. */
export const patience = 60_000;

const screenshots = process.env.INFRAGEN_SCREENSHOTS ?? join(import.meta.dirname, "../../../target/editor-screenshots");

const settings = {
  "chat.disableAIFeatures": true,
  // Typed YAML that is broken stays broken.
  "editor.autoClosingBrackets": "never",
  // Above, it would hide the lens and what else stands before the line.
  "editor.hover.above": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "files.autoSave": "off",
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.dialogStyle": "custom",
  // How tests learn which file is in front: its path in the repository.
  "window.title": "${activeEditorMedium}",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set; run \`cargo xtask test --only vscode\``);
  }
  return value;
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Waits until `probe` answers something, and answers that; a failure of it counts as no answer yet. */
export async function until(what, probe, limit = patience) {
  const deadline = Date.now() + limit;
  for (;;) {
    const found = await probe().catch(() => undefined);
    if (found) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`gave up waiting for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A folder for a test's files. It goes away with the workbench. */
export function temporaryFolder() {
  return realpathSync(mkdtempSync(join(tmpdir(), "infragen-vscode-")));
}

export class Workbench {
  /**
   * Starts a workbench with the extension; `program` is what the user's settings name as the server. Registries are not
   * asked and nobody is asked about them unless `network` says so.
   */
  static async start(home, program, network = "off") {
    const workbench = new Workbench();
    workbench.home = home;
    workbench.user = join(home, "user");
    workbench.cache = join(home, "cache");
    try {
      workbench.set("User", settings);
      workbench.setOfMachine({ "infragen.server.path": program, "infragen.network": network });
      await workbench.serve();
      await workbench.browse();
    } catch (error) {
      await workbench.stop();
      throw error;
    }
    return workbench;
  }

  /** Changes settings of the machine: in a remote window those of the extension are read from there only. */
  setOfMachine(changed) {
    this.machine = { ...this.machine, ...changed };
    this.set("Machine", this.machine);
  }

  set(folder, content) {
    mkdirSync(join(this.user, folder), { recursive: true });
    writeFileSync(join(this.user, folder, "settings.json"), JSON.stringify(content));
  }

  async serve() {
    const config = join(this.home, "config.yaml");
    writeFileSync(config, "");

    const entry = required("INFRAGEN_CODE_SERVER");
    const folders = ["--user-data-dir", this.user, "--extensions-dir", join(this.home, "extensions"), "--config", config];
    // What registries told is kept in a folder of the test's own: nothing depends on what this machine knows already.
    const env = { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}', INFRAGEN_CACHE: this.cache };
    execFileSync(process.execPath, [entry, ...folders, "--install-extension", required("INFRAGEN_VSIX")], { env });

    const port = await freePort();
    this.address = `http://127.0.0.1:${port}`;
    const quiet = ["--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
    const bind = ["--bind-addr", `127.0.0.1:${port}`, "--auth", "none"];
    this.server = spawn(process.execPath, [entry, ...bind, ...quiet, ...folders], { env, stdio: "ignore" });
    this.stopped = new Promise((resolve) => this.server.once("exit", resolve));
    await until("code-server", async () => (await fetch(`${this.address}/healthz`)).ok);
  }

  async browse() {
    const { chromium } = await import(pathToFileURL(join(required("INFRAGEN_PLAYWRIGHT"), "index.mjs")));
    this.browser = await chromium.launch({
      executablePath: required("INFRAGEN_CHROMIUM"),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // Nothing outside this machine is asked for anything.
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
      ],
    });
    this.page = await this.browser.newPage({ viewport: { width: 1280, height: 800 } });
    this.page.setDefaultTimeout(patience);
  }

  async stop() {
    await this.browser?.close();
    this.server?.kill();
    await this.stopped;
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Shows a folder, as opening a window on it does. */
  async openFolder(folder) {
    await this.page.goto(`${this.address}/?folder=${encodeURIComponent(folder)}`);
    await this.page.locator(".monaco-workbench .statusbar").waitFor();
  }

  /** Runs a command by its title. */
  async run(title) {
    await this.page.keyboard.press("F1");
    await this.choose(`>${title}`, title);
  }

  /** Runs a command that offers something in the list at the top; answers what, once one entry has this text. */
  async runWithList(title, text) {
    await this.page.keyboard.press("F1");
    await this.take(`>${title}`, title);
    const offered = this.page.locator(".quick-input-list .monaco-list-row");
    await offered.filter({ hasText: text }).waitFor();
    // Label and description have no space between them in the page.
    return (await offered.allInnerTexts()).map((entry) => entry.replaceAll("\n", " "));
  }

  /** Opens a file of the folder, and waits until its text is there. */
  async open(path) {
    await this.page.keyboard.press("Control+P");
    await this.choose(path, basename(path), dirname(path));
    await until(`the editor of ${path}`, async () => (await this.place()).path === path);
    await this.page.locator(".editor-instance .view-line").first().waitFor();
  }

  /** Opens a file of a repository with the cursor on `text`, in the first line after `after` that holds it. */
  async openAt(root, path, text, after) {
    const place = placeOf(join(root, path), text, after);
    await this.open(path);
    // Before, the workbench answers for the server: it knows no definition.
    await this.status(/running/);
    await this.goTo(place);
    return place;
  }

  /** Types into the list at the top, takes the entry with these texts as soon as the list offers it, and sees it close. */
  async choose(typed, ...texts) {
    await this.take(typed, ...texts);
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  async take(typed, ...texts) {
    await this.page.locator(".quick-input-widget input").fill(typed);
    const offered = this.page.locator(".quick-input-list .monaco-list-row.focused");
    await texts.reduce((entry, text) => entry.filter({ hasText: text }), offered).waitFor();
    await this.page.keyboard.press("Enter");
  }

  /** Closes every editor and forgets what was changed in the one in front. */
  async closeEditors() {
    // What a test left open would take the keys.
    await this.page.keyboard.press("Escape");
    await this.run("View: Revert and Close Editor");
    await this.run("View: Close All Editors");
    // An editor that closes late would take the focus from the next test.
    await until("the editors to close", async () => (await this.page.locator(".tabs-container .tab").count()) === 0);
  }

  /** Puts the cursor at a place. */
  async goTo({ line, column }) {
    await this.page.keyboard.press("Control+G");
    const input = this.page.locator(".quick-input-widget input");
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await until(`the cursor at ${line}:${column}`, async () => {
      const place = await this.place();
      return place.line === line && place.column === column;
    });
  }

  /** The file in front and its cursor, as the workbench shows them. */
  async place() {
    const cursor = await this.page.locator("#status\\.editor\\.selection").innerText({ timeout: 1000 });
    const [, line, column] = /Ln (\d+), Col (\d+)/.exec(cursor) ?? [];
    return { path: await this.page.title(), line: Number(line), column: Number(column) };
  }

  /** Waits until the file in front and its cursor are these. */
  async waitForPlace(path, line) {
    let seen;
    await until(`${path}:${line}`, async () => {
      seen = await this.place();
      return seen.path === path && seen.line === line;
    }).catch((error) => {
      throw new Error(`${error.message}; the cursor is at ${seen?.path}:${seen?.line}`);
    });
  }

  /** What the extension says in the language status, once it says `expected`. */
  async status(expected) {
    await this.page.locator("#status\\.languageStatus").hover();
    const entry = this.page.locator(".hover-language-status", { hasText: "infragen" }).filter({ hasText: expected });
    await entry.waitFor();
    const text = await entry.innerText();
    // The list stays open under the mouse, in the way of whatever comes next.
    await this.page.mouse.move(640, 400);
    return text;
  }

  /** A message at the corner with this text, once it is there. */
  async message(text) {
    const message = this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
    await message.waitFor();
    return message;
  }

  /** The hover of what is under the cursor, once it has this text; the server may have to look for it. */
  async hover(text) {
    const hover = this.page.locator(".monaco-hover-content", { hasText: text });
    await until(`a hover with ${text}`, async () => {
      await this.page.keyboard.press("Escape");
      await this.run("Show or Focus Hover");
      await hover.waitFor({ timeout: 2000 });
      return true;
    });
    return hover;
  }

  /** Runs a part of a test, and saves what the workbench shows at its end, good or bad. */
  async shown(name, part) {
    try {
      await part(this);
      await this.screenshot(name);
    } catch (error) {
      await this.screenshot(`${name}-failed`);
      throw error;
    }
  }

  /** Saves what the workbench shows. */
  async screenshot(name) {
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }
}
