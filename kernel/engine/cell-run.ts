import { dirname } from "node:path";
import { loneExpression } from "../../core/typescript/lone-expression.ts";
import { cellScript } from "./compile.ts";
import { readCode } from "./code.ts";
import type { Code } from "./code.ts";
import { nowhere } from "./lines.ts";
import type { Position } from "./lines.ts";
import { isObjectLiteral } from "./completeness.ts";
import { CodeSyntaxError, EngineError, ImportError, Interrupted } from "./errors.ts";
import { lookup } from "./lookup.ts";
import type { Outcome } from "./outcome.ts";
import { placed, requireNames } from "./needed-names.ts";
import { refreshImports } from "./refresh-imports.ts";
import type { RefreshParts } from "./refresh-imports.ts";
import type { Repl, ReplResult } from "./repl.ts";
import { rewriteCell, valueScript } from "./rewrite-cell.ts";
import type { CellCode, CellImport } from "./rewrite-cell.ts";
import { analyseScopes } from "./scope.ts";
import { shiftedTo } from "./units.ts";
import type { Unit, Units } from "./units.ts";

/** What a cell is run with. */
export interface RunParts extends RefreshParts {
  readonly units: Units;
  readonly repl: Repl;
  /** Has an interrupt ask where the running cell awaits. Gives the way back. */
  readonly place: (tell: () => string | undefined) => () => void;
}

/** A text that is to be evaluated. */
export interface CellText {
  readonly code: string;
  /** What traces call it. */
  readonly unit: string;
  /** The line of the cell at which it begins. */
  readonly line: number;
  /** The whole cell as typed. */
  readonly source: string;
}

/** Evaluates a text in the session's scope: read, rewrite, import, declare, run. */
export async function runCell(text: CellText, parts: RunParts): Promise<Outcome> {
  await refreshImports(parts);
  const slot = parts.scripts.openSlot();
  const url = parts.units.urlFor(text.unit);
  const waits: Waits = { all: [] };
  const leave = parts.place(() => {
    const index = parts.scripts.waitOf(slot);
    const at = index === undefined ? waits.at : waits.all[index];
    return at === undefined || at === nowhere ? undefined : placeIn(text, at);
  });
  const run: Run = {
    text,
    parts,
    slot,
    waits,
    unit: { url, name: text.unit, isCell: true, source: text.source },
  };
  try {
    if (!(await runLoneExpression(run))) await runWhole(run);
    const value = parts.scripts.closeSlot(slot);
    return { status: "ok", hasValue: value !== undefined, value };
  } catch (thrown) {
    return { status: "error", thrown: thrown instanceof Thrown ? thrown.value : thrown };
  } finally {
    leave();
    parts.scripts.closeSlot(slot);
  }
}

interface Run {
  readonly text: CellText;
  readonly parts: RunParts;
  /** Takes the value. */
  readonly slot: number;
  readonly waits: Waits;
  readonly unit: Omit<Unit, "toTyped">;
}

/** Where the cell awaits: each place in it, and that of an import that is waited for. */
interface Waits {
  at?: Position;
  all: readonly Position[];
}

// Of what only looks at something, which most cells do in the end, nothing is rewritten: it is not even read, unless V8 refuses it. Then the parser says what
// is wrong with it, and it may be TypeScript.
async function runLoneExpression({ text, parts, slot, unit }: Run): Promise<boolean> {
  const expression = loneExpression(text.code);
  if (expression === undefined || parts.names.keptApartIn(expression).size > 0) return false;
  const { script, toTyped } = valueScript(expression, slot);
  parts.units.add({ ...unit, toTyped: shiftedTo(text.line, toTyped) });
  const result = await parts.repl.evaluate(cellScript(script, unit.url, text.line));
  if (result.kind === "refused") return false;
  await finished(result);
  return true;
}

async function runWhole({ text, parts, slot, waits, unit }: Run): Promise<void> {
  // Known before it is read: what is wrong with it is shown in it.
  parts.units.add({ ...unit, toTyped: (position) => position });
  const { code, cell } = prepare(text, parts, slot);
  const toTyped = shiftedTo(text.line, cell.toTyped);
  parts.units.add({ ...unit, toTyped, scripts: cell.functions === undefined ? 1 : 2 });
  const wait = (at: Position): void => void (waits.at = at);
  const imported = await importAll(cell.imports, { code, text, parts, wait });
  waits.all = cell.waits;
  declare(imported, { cell, code, text, parts });
  for (const script of [cell.functions, cell.body]) {
    if (script === undefined) continue;
    const result = await parts.repl.evaluate(cellScript(script, unit.url, text.line));
    if (result.kind === "refused") {
      const { message, at } = result;
      throw new CodeSyntaxError({ unit: text.unit, problems: [{ message, ...toTyped(at), length: 1 }] });
    }
    await finished(result);
  }
}

// What goes wrong here is no doing of the text's: code has broken what the kernel is made of.
function prepare(text: CellText, { file, names }: RunParts, slot: number): { code: Code; cell: CellCode } {
  try {
    const code = readCell(text, file);
    return { code, cell: rewriteCell(code, { names, slot, unit: text.unit, line: text.line }) };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError("unanswered", "Cannot read the cell", { cause: error });
  }
}

// What a cell throws travels in this, so that it is never taken for an error of the engine's own.
class Thrown extends Error {
  readonly value: unknown;

  constructor(value: unknown) {
    super("A cell threw");
    this.value = value;
  }
}

// A cell that begins with `{` and is an expression is an object, as in Node's own REPL.
function readCell({ code, unit, line }: CellText, file: string): Code {
  const options = { unit, line, folder: dirname(file) };
  if (!isObjectLiteral(code)) return readCode(code, options);
  const read = readCode(`(${code}\n)`, options);
  const toTyped: Code["toTyped"] = (position) => {
    const typed = read.toTyped(position);
    return typed.line === 1 ? { line: 1, column: Math.max(1, typed.column - 1) } : typed;
  };
  return { ...read, typed: code, toTyped };
}

interface Importing {
  readonly code: Code;
  readonly text: CellText;
  readonly parts: RunParts;
  /** Told where the import stands that is waited for. */
  readonly wait: (at: Position) => void;
}

// As a line of a trace has it.
function placeIn({ unit, line: first }: CellText, { line, column }: Position): string {
  return `${unit}:${line + first - 1}:${column}`;
}

async function importAll(
  imports: readonly CellImport[],
  importing: Importing,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const one of imports) {
    importing.wait(one.at);
    Object.assign(values, await importOne(one, importing));
  }
  return values;
}

async function importOne(
  { specifier, names, at }: CellImport,
  { code, text, parts }: Importing,
): Promise<Record<string, unknown>> {
  const place = { line: at.line + text.line - 1, column: at.column };
  const needed = names.map(({ imported }) => imported).filter((name) => name !== "*");
  try {
    const namespace = await parts.loader.import(specifier, parts.file, needed);
    const missing = names.filter(({ imported }) => imported !== "*" && !(imported in namespace));
    // A name that the cell does not use as a value may be a type's, of which nothing is left.
    const used = missing.filter(({ local }) => isUsed(local, code));
    requireNames(
      namespace,
      { specifier, needed: used.map(({ imported }) => imported), at: place },
      text.unit,
    );
    const bound = names.filter((one) => !missing.includes(one));
    return Object.fromEntries(
      bound.map(({ local, imported }) => [local, imported === "*" ? namespace : namespace[imported]]),
    );
  } catch (error) {
    const isMissing = error instanceof ImportError && error.code === "module-not-found";
    const mayBeTypes = names.length > 0 && !names.some(({ local }) => isUsed(local, code));
    if (isMissing && mayBeTypes && parts.resolver.isTypesOnly(specifier, parts.file)) return {};
    // It may as well be one that the module imports, which has its place by then.
    const isOwn = isMissing && error.data["from"] === parts.file;
    throw isOwn ? placed(error, `${text.unit}:${place.line}:${place.column}`) : error;
  }
}

function isUsed(local: string, { program, metadataUses }: Code): boolean {
  // What the compiler imports has another name by now, and is used.
  return analyseScopes(program).topLevel.get(local)?.length !== 1 + (metadataUses.get(local) ?? 0);
}

interface Declaring {
  readonly cell: CellCode;
  readonly code: Code;
  readonly text: CellText;
  readonly parts: RunParts;
}

function declare(imported: Readonly<Record<string, unknown>>, { cell, code, text, parts }: Declaring): void {
  const { names, scripts } = parts;
  const fresh = cell.fresh.filter(
    ({ name, isKept }) => !isKept || names.get(name) === undefined || lookup(name, names) === undefined,
  );
  scripts.bind({ ...imported, ...Object.fromEntries(fresh.map(({ name }) => [name, undefined])) });
  const origins = new Map(
    cell.imports.flatMap(({ specifier, names: bound }) =>
      bound.map((one) => [one.local, { specifier, imported: one.imported }]),
    ),
  );
  for (const one of code.declared) {
    const origin = origins.get(one.name);
    if (origin !== undefined && !Object.hasOwn(imported, one.name)) continue;
    names.set({
      ...one,
      cell: text.unit,
      isConstant: cell.constants.has(one.name),
      ...(origin === undefined ? {} : { origin }),
    });
  }
}

/**
 * How a script that ran has ended.
 *
 * @throws Thrown, Interrupted
 */
async function finished(result: Exclude<ReplResult, { readonly kind: "refused" }>): Promise<void> {
  if (result.kind === "thrown") throw new Thrown(result.value);
  if (result.kind === "terminated") throw await givenUp();
}

// Whoever terminated the cell is about to give it up, and knows where it was. A second is for when nobody does.
async function givenUp(): Promise<Interrupted> {
  return await new Promise((resolve) => {
    setTimeout(() => resolve(new Interrupted()), 1000).unref();
  });
}
