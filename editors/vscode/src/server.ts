import { createInterface } from "node:readline";
import { commands, type Disposable, env, type LogOutputChannel, window, workspace } from "vscode";
import { LanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient/node";

import { findProgram } from "./program";
import { Status } from "./status";
import { network } from "./versions";

/** The one language server of the window, and what the user sees of its life. */
export class Server implements Disposable {
  private readonly status = new Status();
  private client: LanguageClient | undefined;
  /** The last start or stop: they run one after the other, however quickly they are asked for. */
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly log: LogOutputChannel) {}

  /** Starts the server, or stops it first where it already runs. */
  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.stopClient();
      await this.startClient();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.stopClient());
  }

  /** The client, while the server runs. */
  running(): LanguageClient | undefined {
    return this.client?.isRunning() ? this.client : undefined;
  }

  dispose(): void {
    this.status.dispose();
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    const done = this.last.then(step);
    // A step that failed has told so to its caller, and must not keep the next one from running.
    this.last = done.catch(() => undefined);
    return done;
  }

  private async startClient(): Promise<void> {
    const setting = workspace.getConfiguration("infragen").get("server.path", "infragen");
    const program = await findProgram(setting);
    if (program === undefined) {
      this.reportMissing(setting);
      return;
    }

    const client = new LanguageClient(
      "infragen",
      { command: program, args: ["lsp"] },
      {
        documentSelector: [{ scheme: "file", language: "yaml" }],
        initializationOptions: { network: network() },
        outputChannel: this.log,
        // Findings are in the editor already: a log that opens by itself only gets in the way.
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        stdioOptions: {
          // The protocol itself travels on stdout, where the client reads it.
          stdout: () => undefined,
          // The server logs to stderr, which is no sign of an error.
          stderr: (input, log) => createInterface({ input }).on("line", (line) => log.info(line)),
        },
      },
    );
    client.onDidChangeState(({ newState }) => {
      switch (newState) {
        case State.Starting:
          return this.status.starting();
        case State.Running:
          return this.status.running(client.initializeResult?.serverInfo?.version);
        default:
          return this.status.stopped();
      }
    });
    this.client = client;

    this.log.info(`starting ${program}`);
    try {
      await client.start();
    } catch (error) {
      // The client has told the user already; the status keeps saying it after the message is gone.
      this.log.error(`${program} did not start`, error);
      this.status.failed("The server did not start");
    }
  }

  private async stopClient(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // A server that crashed cannot say goodbye; that must not keep a new one from starting.
      this.log.warn("the server did not stop cleanly", error);
    }
  }

  private reportMissing(setting: string): void {
    const text = `The infragen program was not found: "${setting}"`;
    this.log.error(text);
    this.status.failed("The program was not found");

    const openSettings = "Open Settings";
    const retry = "Try Again";
    // Nothing waits for the answer: the message may stay on the screen for hours.
    void window
      .showErrorMessage(`${text}. Install it, or set its path.`, openSettings, retry)
      .then(async (choice) => {
        if (choice === openSettings) {
          // The path belongs to the machine that the server runs on: elsewhere the setting is not even listed.
          const where = env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
          await commands.executeCommand(`workbench.action.${where}`, { query: "infragen.server.path" });
        } else if (choice === retry) {
          await this.restart();
        }
      });
  }
}
