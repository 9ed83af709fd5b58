import { type Disposable, EventEmitter, type TextDocumentContentProvider, Uri, commands, window, workspace } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

/** What the server may do with the network: only the user's own settings say so. */
export function network(): string {
  return workspace.getConfiguration("infragen").get("network", "ask");
}

/** Tells a running server what the settings say now. */
export async function tellNetwork(client: LanguageClient): Promise<void> {
  await client.sendNotification("workspace/didChangeConfiguration", { settings: { infragen: { network: network() } } });
}

const SCHEME = "infragen-explanation";

/** Explanations of versions, each shown as the preview of a page that exists only in the editor. */
export class Explanations implements TextDocumentContentProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration = workspace.registerTextDocumentContentProvider(SCHEME, this);
  private readonly texts = new Map<string, string>();

  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  /** Says why each environment takes what it takes, of what is under the cursor. */
  async show(client: LanguageClient): Promise<void> {
    const editor = window.activeTextEditor;
    if (editor === undefined) {
      return;
    }
    const code2protocol = client.code2ProtocolConverter;
    const place = {
      textDocument: code2protocol.asTextDocumentIdentifier(editor.document),
      position: code2protocol.asPosition(editor.selection.active),
    };
    const text = await client.sendRequest<string | null>("workspace/executeCommand", {
      command: "infragen.explainVersion",
      arguments: [place],
    });
    if (text === null) {
      window.setStatusBarMessage("infragen: no version is chosen here", 3000);
      return;
    }
    // One page, which the next explanation replaces.
    const uri = Uri.from({ scheme: SCHEME, path: "/Versions.md" });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    await commands.executeCommand("markdown.showPreviewToSide", uri);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
