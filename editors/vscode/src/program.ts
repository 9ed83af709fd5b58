import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, sep } from "node:path";

/**
 * The path of the program that a setting names, as a shell would find it.
 *
 * Looking before starting makes it possible to say what is wrong: a failed start only says `ENOENT`, and does so for a
 * missing working folder too.
 */
export async function findProgram(setting: string): Promise<string | undefined> {
  const name = setting.startsWith("~/") ? join(homedir(), setting.slice(2)) : setting;
  if (isAbsolute(name)) {
    return firstExecutable([name]);
  }
  if (name === "" || name.includes("/") || name.includes(sep)) {
    // Relative to which folder? Not to the workspace: opening a repository must not run a program from it.
    return undefined;
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  return firstExecutable(folders.map((folder) => join(folder, name)));
}

async function firstExecutable(candidates: string[]): Promise<string | undefined> {
  const suffixes = process.platform === "win32" ? ["", ".exe"] : [""];
  for (const candidate of candidates.flatMap((path) => suffixes.map((suffix) => path + suffix))) {
    if (await isExecutable(candidate)) {
      return candidate;
    }
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
