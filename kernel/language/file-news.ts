import { readFileSync } from "node:fs";
import { fileDiagnostics } from "./diagnose.ts";
import type { Diagnostic } from "./diagnose.ts";
import { formatDiagnostics } from "./format.ts";
import { asLanguageError } from "./workspace.ts";
import type { Workspace } from "./workspace.ts";

/** What is wrong in a file of the user's own that cells import. */
export interface FileProblems {
  readonly path: string;
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What is wrong in the files that cells import, each told once until it changes. */
export class FileNews {
  readonly #workspace: Workspace;
  /** What was said of files, by path. */
  readonly #told = new Map<string, string>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** What has not been told yet. Empty when the service is out of order, which the check of the cell tells. */
  async check(): Promise<FileProblems[]> {
    try {
      const { noImplicitAny } = this.#workspace;
      const files = (await this.#workspace.checkFiles()).map(({ path, items }) => {
        const text = readText(path);
        return { path, text, diagnostics: fileDiagnostics(items, { text, noImplicitAny }) };
      });
      return files.filter((file) => this.#isNews(file));
    } catch (error) {
      asLanguageError(error);
      return [];
    }
  }

  #isNews({ path, text, diagnostics }: FileProblems): boolean {
    const told = formatDiagnostics(diagnostics, { code: text });
    const isNew = told !== (this.#told.get(path) ?? "");
    this.#told.set(path, told);
    return isNew && told !== "";
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
