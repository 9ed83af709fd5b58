import { commands, type ExtensionContext, window, workspace } from "vscode";

import { goToDefinitionInEnvironment } from "./definitions";
import { Server } from "./server";
import { Explanations, tellNetwork } from "./versions";

let server: Server | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel("infragen", { log: true });
  const running = new Server(log);
  server = running;
  const explanations = new Explanations();

  context.subscriptions.push(
    log,
    running,
    explanations,
    commands.registerCommand("infragen.restart", () => running.restart()),
    commands.registerCommand("infragen.showLog", () => log.show()),
    commands.registerCommand("infragen.goToDefinitionInEnvironment", async () => {
      const client = running.running();
      if (client !== undefined) {
        await goToDefinitionInEnvironment(client);
      }
    }),
    commands.registerCommand("infragen.showExplanation", async () => {
      const client = running.running();
      if (client !== undefined) {
        await explanations.show(client);
      }
    }),
    workspace.onDidChangeConfiguration(async (change) => {
      const client = running.running();
      if (client !== undefined && change.affectsConfiguration("infragen.network")) {
        await tellNetwork(client);
      }
      if (change.affectsConfiguration("infragen.server.path")) {
        await running.restart();
      }
    }),
  );

  await running.restart();
}

/** VS Code waits for this, so that the server can answer `shutdown` before the window closes. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
