import { isAbsolute, join, relative } from "node:path";
import { explainMissing } from "../../core/typescript/missing-module.ts";
import { checkedView } from "../../magics/typescript.ts";
import type { TypescriptView } from "../../magics/typescript.ts";
import type { SplitOptions } from "../../magics/index.ts";
import type { CheckMode } from "../../magics/session.ts";
import type { Diagnostic } from "../language/diagnose.ts";
import type { FileProblems } from "../language/file-news.ts";
import { formatDiagnostics } from "../language/format.ts";
import type { Language } from "../language/language.ts";
import type { ExecuteOutcome, Execution, Output } from "../session/evaluator.ts";
import { cellTitle } from "./cell-title.ts";
import { withLensFields } from "./lens-fields.ts";
import { lensHint } from "./lens-hints.ts";

const cannotFindName = 2304;
const cannotFindModule: ReadonlySet<number> = new Set([2307, 2882]);

/** What a {@link CellCheck} works with. */
export interface CellCheckParts {
  readonly language: Language;
  readonly split: SplitOptions;
  /** The notebook's folder. */
  readonly folder: string;
}

/** Checks cells before they run, and says why one must not. */
export class CellCheck {
  mode: CheckMode = "strict";
  readonly #parts: CellCheckParts;
  /** What gives up the checks that are under way: nothing of their cells is on the main thread yet. */
  readonly #underWay = new Set<() => void>();

  constructor(parts: CellCheckParts) {
    this.#parts = parts;
  }

  /** What is checked of a cell; nothing when cells are not checked. */
  viewOf(code: string): TypescriptView | undefined {
    return this.mode === "off" ? undefined : checkedView(code, this.#parts.split);
  }

  /** The outcome of a cell that must not run. What else there is to say is shown beside the cell. */
  async refuse({ code, executionCount }: Execution, output: Output): Promise<ExecuteOutcome | undefined> {
    const view = this.viewOf(code);
    if (view === undefined) return undefined;
    const check = await this.#unlessInterrupted(this.#parts.language.check(view));
    if (check === "interrupted") return interruptedOutcome;
    if (check.notice !== undefined) output.stream("stderr", `${check.notice}\n`);
    const { files } = check;
    const found = check.diagnostics.filter((one) => !isResultName(one, executionCount));
    const diagnostics = found.map((one) => ({ ...one, message: withLensFields(one.message) }));
    for (const file of files) output.stream("stderr", this.#fileWarning(file));
    if (diagnostics.length === 0) return undefined;
    const hinted = diagnostics.map((one) => withHint(one, code, this.#parts));
    const text = formatDiagnostics(hinted, { code, name: cellTitle(executionCount), color: true });
    if (this.mode === "strict" && diagnostics.some(({ severity }) => severity === "error")) {
      return typeErrorOutcome(diagnostics, { text, leaves: view.scope === "module" ? view.binds : [] });
    }
    output.stream("stderr", `${text}\n`);
    return undefined;
  }

  /** Gives up the checks that are under way: their cells count as interrupted. */
  giveUp(): void {
    for (const giveUp of this.#underWay) giveUp();
  }

  // The user's own modules are used elsewhere too, and may be half-way through a change: they are told of, and stop no cell.
  #fileWarning({ path, text, diagnostics }: FileProblems): string {
    const short = relative(this.#parts.folder, path);
    const name = short.startsWith("..") || isAbsolute(short) ? path : `./${short}`;
    return `${formatDiagnostics(diagnostics, { code: text, name, color: true })}\n`;
  }

  async #unlessInterrupted<T>(answer: Promise<T>): Promise<T | "interrupted"> {
    let giveUp = (): void => undefined;
    const interrupted = new Promise<"interrupted">((resolve) => {
      giveUp = () => resolve("interrupted");
    });
    this.#underWay.add(giveUp);
    try {
      return await Promise.race([answer, interrupted]);
    } finally {
      this.#underWay.delete(giveUp);
    }
  }
}

// `_5`, the result of an earlier cell: whether there is one is known where cells run.
function isResultName({ code, message }: Diagnostic, executionCount: number): boolean {
  const cell = /^Cannot find name '_(?<cell>[1-9]\d*)'/u.exec(message)?.groups?.["cell"];
  return noName.has(code) && cell !== undefined && Number(cell) < executionCount;
}

function withHint(diagnostic: Diagnostic, code: string, { split, folder }: CellCheckParts): Diagnostic {
  const line = code.split(/\r\n|\n|\r/u)[diagnostic.line] ?? "";
  const hint =
    magicHint(diagnostic, line, split) ??
    shellHint(diagnostic, line) ??
    packageHint(diagnostic, folder) ??
    lensHint(diagnostic, line);
  return hint === undefined ? diagnostic : { ...diagnostic, message: `${diagnostic.message}\n  ${hint}` };
}

// Whoever comes from the command line, or from a kernel that leaves it out, forgets the percent sign.
function magicHint({ column }: Diagnostic, line: string, { registry }: SplitOptions): string | undefined {
  const word = /^\s*(?<word>[a-z]+)(?=\s|$)/u.exec(line)?.groups?.["word"];
  if (word === undefined || line.indexOf(word) !== column) return undefined;
  const sign = registry.find("line", word) ? "%" : registry.find("cell", word) ? "%%" : undefined;
  return sign === undefined ? undefined : `The magic is ${sign}${word}.`;
}

// `!ls` is TypeScript, as `!npm install x` is not.
function shellHint({ code, column }: Diagnostic, line: string): string | undefined {
  const captured = /=\s*!(?<command>[a-z].*?);?\s*$/u.exec(line)?.groups?.["command"];
  if (captured !== undefined && noName.has(code) && commands.test(captured))
    return `The output of a command: execSync(${JSON.stringify(captured)}, { encoding: "utf8" }), from "node:child_process"`;
  const isCommand = column === 0 && noName.has(code) && commands.test(line);
  const isMarked = code === cannotFindName && column === 1 && /^![a-z]/u.test(line);
  if (!isCommand && !isMarked) return undefined;
  return `A command of the shell is %sh ${line.replace(/^!/u, "").trim()}`;
}

const noName: ReadonlySet<number> = new Set([cannotFindName, 1434, 2552]);
const commands =
  /^(?:cat|cd|cp|curl|du|git|grep|head|ls|mkdir|mv|nvidia-smi|node|npx|pip|pnpm|ps|pwd|python3?|rm|tail|wget|yarn)(?: (?:[\w./~]|-[\w-])|$)/u;

function packageHint({ code, message }: Diagnostic, folder: string): string | undefined {
  const specifier = /'(?<specifier>[^']+)'/u.exec(message)?.groups?.["specifier"];
  if (!cannotFindModule.has(code) || specifier === undefined) return undefined;
  const { install } = explainMissing(specifier, join(folder, "notebook.ts"));
  if (install === undefined) return undefined;
  return `To install it: ${install.startsWith("npm ") ? `%${install}` : `%sh ${install}`}`;
}

const interruptedOutcome: ExecuteOutcome = {
  status: "error",
  ename: "Interrupted",
  evalue: "The cell was interrupted before it ran",
  traceback: ["Interrupted: the cell was interrupted before it ran"],
};

function typeErrorOutcome(
  diagnostics: readonly Diagnostic[],
  { text, leaves }: { readonly text: string; readonly leaves: readonly { readonly name: string }[] },
): ExecuteOutcome {
  const left = leaves.map(({ name }) => `, and "${name}" is what it was before, if anything`).join("");
  const [first] = diagnostics;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : "";
  const evalue = `TS${first?.code}: ${first?.message}${more}`;
  const traceback = [
    ...text.split("\n"),
    "",
    `Nothing was run${left}. (%check warn runs cells all the same, %check off does not check)`,
  ];
  return { status: "error", ename: "TypeCheckError", evalue, traceback };
}
