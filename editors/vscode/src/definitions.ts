import { basename } from "node:path";
import { QuickPickItemKind, type QuickPickItem, Uri, window, workspace } from "vscode";
import type { LanguageClient, Location } from "vscode-languageclient/node";

/** An answer of `infragen/definitions`. */
interface Labelled {
  /** The environment in which it counts; null where that makes no difference. */
  environment: string | null;
  /** Kind and name; empty where it is no object. */
  name: string;
  location: Location;
}

interface Choice extends QuickPickItem {
  location?: Location;
}

/** Goes to the definition of what is under the cursor, in the environment that the user picks. */
export async function goToDefinitionInEnvironment(client: LanguageClient): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor === undefined) {
    return;
  }
  const code2protocol = client.code2ProtocolConverter;
  const found = await client.sendRequest<Labelled[]>("infragen/definitions", {
    textDocument: code2protocol.asTextDocumentIdentifier(editor.document),
    position: code2protocol.asPosition(editor.selection.active),
  });
  const first = found.at(0);
  if (first === undefined) {
    window.setStatusBarMessage("infragen: no definition found", 3000);
    return;
  }
  const picked =
    new Set(found.map(({ location }) => JSON.stringify(location))).size === 1
      ? first.location
      : (await window.showQuickPick(choices(found), { placeHolder: "In which environment?", matchOnDescription: true }))
          ?.location;
  if (picked !== undefined) {
    const document = await workspace.openTextDocument(Uri.parse(picked.uri));
    await window.showTextDocument(document, { selection: client.protocol2CodeConverter.asRange(picked.range) });
  }
}

/** The places, those of an environment below its name where it has several. */
function choices(found: Labelled[]): Choice[] {
  const choices: Choice[] = [];
  const environments = new Set(found.map((one) => one.environment));
  for (const environment of environments) {
    const own = found.filter((one) => one.environment === environment);
    if (own.length > 1) {
      choices.push({ label: environment ?? "elsewhere", kind: QuickPickItemKind.Separator });
    }
    for (const { name, location } of own) {
      const path = workspace.asRelativePath(Uri.parse(location.uri));
      choices.push({
        label: environment ?? (name || basename(path)),
        description: environment === null ? undefined : name,
        detail: `${path}:${location.range.start.line + 1}`,
        location,
      });
    }
  }
  return choices;
}
