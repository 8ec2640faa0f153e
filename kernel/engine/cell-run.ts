import { dirname } from "node:path";
import { cellScript } from "./compile.ts";
import { readCode } from "./code.ts";
import type { Code } from "./code.ts";
import { nowhere } from "./lines.ts";
import type { Position } from "./lines.ts";
import { isObjectLiteral } from "./completeness.ts";
import { CodeSyntaxError, EngineError, ImportError, Interrupted } from "./errors.ts";
import { lookup } from "./lookup.ts";
import type { Outcome } from "./outcome.ts";
import type { Loader } from "./loader.ts";
import { missingExport, placed, requireNames } from "./needed-names.ts";
import type { Repl } from "./repl.ts";
import type { Resolver } from "./resolve.ts";
import { rewriteCell } from "./rewrite-cell.ts";
import type { CellCode, CellImport } from "./rewrite-cell.ts";
import { analyseScopes } from "./scope.ts";
import type { Scripts } from "./scripts.ts";
import type { SessionName, SessionNames } from "./session-names.ts";
import { shiftedTo } from "./units.ts";
import type { Units } from "./units.ts";

/** What a cell is run with. */
export interface RunParts {
  /** The file that cells import from; it need not exist. */
  readonly file: string;
  readonly units: Units;
  readonly names: SessionNames;
  readonly loader: Loader;
  readonly resolver: Resolver;
  readonly repl: Repl;
  readonly scripts: Scripts;
  /** Has an interrupt ask where the running cell awaits. Gives the way back. */
  readonly place: (tell: () => string | undefined) => () => void;
  /** Specifiers of changed modules that could not be loaded again. */
  readonly stuck: Set<string>;
  /** Tells the user that a changed module could not be loaded again. */
  readonly notice: (error: unknown, specifier: string) => void;
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
  const unit = { url, name: text.unit, isCell: true, source: text.source };
  // Known before it is read: what is wrong with it is shown in it.
  parts.units.add({ ...unit, toTyped: (position) => position });
  const waits: { at?: Position; all: readonly Position[] } = { all: [] };
  const leave = parts.place(() => {
    const index = parts.scripts.waitOf(slot);
    const at = index === undefined ? waits.at : waits.all[index];
    return at === undefined || at === nowhere ? undefined : placeIn(text, at);
  });
  try {
    const { code, cell } = prepare(text, parts, slot);
    const toTyped = shiftedTo(text.line, cell.toTyped);
    parts.units.add({ ...unit, toTyped, scripts: cell.functions === undefined ? 1 : 2 });
    const wait = (at: Position): void => void (waits.at = at);
    const imported = await importAll(cell.imports, { code, text, parts, wait });
    waits.all = cell.waits;
    declare(imported, { cell, code, text, parts });
    for (const script of [cell.functions, cell.body]) {
      if (script !== undefined)
        await runScript(cellScript(script, url, text.line), { text, toTyped, repl: parts.repl });
    }
    const value = parts.scripts.closeSlot(slot);
    return { status: "ok", hasValue: cell.hasValue && value !== undefined, value };
  } catch (thrown) {
    return { status: "error", thrown: thrown instanceof Thrown ? thrown.value : thrown };
  } finally {
    leave();
    parts.scripts.closeSlot(slot);
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

interface Running {
  readonly text: CellText;
  readonly toTyped: Code["toTyped"];
  readonly repl: Repl;
}

async function runScript(script: string, { text, toTyped, repl }: Running): Promise<void> {
  const result = await repl.evaluate(script);
  switch (result.kind) {
    case "done":
      return;
    case "thrown":
      throw new Thrown(result.value);
    case "terminated":
      throw await givenUp();
    case "refused": {
      const { message, at } = result;
      throw new CodeSyntaxError({ unit: text.unit, problems: [{ message, ...toTyped(at), length: 1 }] });
    }
  }
}

// Whoever terminated the cell is about to give it up, and knows where it was. A second is for when nobody does.
async function givenUp(): Promise<Interrupted> {
  return await new Promise((resolve) => {
    setTimeout(() => resolve(new Interrupted()), 1000).unref();
  });
}

// Names that earlier cells imported from local modules are bound anew when those have changed.
async function refreshImports(parts: RunParts): Promise<void> {
  const { loader, resolver, names, file, stuck } = parts;
  resolver.forget();
  const changed = loader.forgetChanged();
  const isRetry = stuck.size > 0 && loader.haveFailedChanged();
  if (changed.size === 0 && !isRetry) return;
  const stale = names.all().filter(({ origin }) => {
    if (origin === undefined) return false;
    const path = localPath(origin.specifier, { resolver, file });
    return (path !== undefined && changed.has(path)) || (isRetry && stuck.has(origin.specifier));
  });
  for (const specifier of new Set(stale.map(({ origin }) => origin?.specifier ?? ""))) {
    await refresh(specifier, stale, parts);
  }
}

async function refresh(
  specifier: string,
  stale: readonly SessionName[],
  { loader, scripts, file, stuck, notice }: RunParts,
): Promise<void> {
  try {
    const namespace = await loader.import(specifier, file);
    stuck.delete(specifier);
    const bound: Record<string, unknown> = {};
    for (const { name, origin } of stale) {
      if (origin?.specifier !== specifier) continue;
      const { imported } = origin;
      if (imported === "*") bound[name] = namespace;
      else if (imported in namespace) bound[name] = namespace[imported];
      else notice(missingExport(namespace, specifier, imported), specifier);
    }
    scripts.bind(bound);
  } catch (error) {
    stuck.add(specifier);
    notice(error, specifier);
  }
}

function localPath(
  specifier: string,
  { resolver, file }: Pick<RunParts, "resolver" | "file">,
): string | undefined {
  try {
    const target = resolver.resolve(specifier, file);
    return target.kind === "local" ? target.path : undefined;
  } catch {
    return undefined;
  }
}
