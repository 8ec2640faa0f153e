import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createLanguage } from "../../../kernel/language/language.ts";
import type { Language } from "../../../kernel/language/language.ts";
import type { WorkspaceOptions } from "../../../kernel/language/workspace.ts";
import type { CellView } from "../../../kernel/language/view.ts";

/** A notebook whose cells are checked and committed, but never run. */
export interface Notebook {
  readonly folder: string;
  readonly language: Language;
  /** Checks a cell: `line:column code message` for each diagnostic. */
  readonly check: (cell: string | CellView) => Promise<string[]>;
  /** Checks a cell and shows it to later ones. */
  readonly run: (cell: string | CellView) => Promise<string[]>;
  /** The texts that are offered at the `|` of the code. */
  readonly complete: (marked: string | CellView) => Promise<readonly string[]>;
  /** What is told of the `|` of the code, as plain text. */
  readonly inspect: (marked: string, detail?: 0 | 1) => Promise<string>;
  /** The type of an expression, as the compiler writes it. */
  readonly typeOf: (expression: string) => Promise<string>;
}

/** A new notebook in a folder of its own, gone with the test. */
export function openNotebook(options: Partial<WorkspaceOptions> = {}): Notebook {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "notebook é "));
  const language = createLanguage({ ...options, folder });
  onTestFinished(async () => {
    await language.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const check = async (cell: string | CellView): Promise<string[]> => {
    const { diagnostics, notice } = await language.check(viewOf(cell));
    const told = diagnostics.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
    return notice === undefined ? told : [notice, ...told];
  };
  const inspect = async (marked: string, detail: 0 | 1 = 0): Promise<string> => {
    const { code, at } = takeMark(marked);
    const { data } = await language.inspect({ text: code }, at, detail);
    return data["text/plain"] ?? "";
  };
  return {
    folder,
    language,
    check,
    run: async (cell) => {
      const told = await check(cell);
      await language.commit(viewOf(cell));
      return told;
    },
    complete: async (marked) => {
      const view = viewOf(marked);
      const { code, at } = takeMark(view.text);
      return (await language.complete({ ...view, text: code }, at)).matches;
    },
    inspect,
    typeOf: async (expression) => {
      const told = await inspect(`const it| = ${expression};`);
      return told.replace("const it: ", "").replaceAll(/\s+/g, " ");
    },
  };
}

/** Splits code at its `|`. */
export function takeMark(marked: string): { code: string; at: number } {
  const at = marked.indexOf("|");
  return { code: marked.slice(0, at) + marked.slice(at + 1), at };
}

function viewOf(cell: string | CellView): CellView {
  return typeof cell === "string" ? { text: cell } : cell;
}
