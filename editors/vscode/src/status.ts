import { type Disposable, languages, LanguageStatusSeverity } from "vscode";

const restart = { command: "infragen.restart", title: "Restart" };
const showLog = { command: "infragen.showLog", title: "Show Log" };

/** The entry in the language status (`{}` in the status bar of YAML files). */
export class Status implements Disposable {
  private readonly item = languages.createLanguageStatusItem("infragen", { language: "yaml" });

  constructor() {
    this.item.name = "infragen";
    this.stopped();
  }

  starting(): void {
    this.show("infragen", "starting", LanguageStatusSeverity.Information);
    this.item.busy = true;
  }

  running(version: string | undefined): void {
    this.show(version === undefined ? "infragen" : `infragen ${version}`, "running", LanguageStatusSeverity.Information);
    this.item.command = showLog;
  }

  stopped(): void {
    this.show("infragen", "stopped", LanguageStatusSeverity.Warning);
  }

  failed(why: string): void {
    this.show("infragen", why, LanguageStatusSeverity.Error);
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(text: string, detail: string, severity: LanguageStatusSeverity): void {
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.busy = false;
    this.item.command = restart;
  }
}
