import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { MessagePort } from "node:worker_threads";
import type { Cell, CellOptions } from "./cells.ts";
import { runCell } from "./cell-run.ts";
import { readCode } from "./code.ts";
import { openParts } from "./engine-parts.ts";
import type { EngineOptions, EngineParts } from "./engine-parts.ts";
import { describeValue } from "./live-value.ts";
import type { LiveValue } from "./live-value.ts";
import { lookup } from "./lookup.ts";
import { membersOf, valueAt } from "./members.ts";
import type { Member } from "./members.ts";
import { compileText } from "./module-unit.ts";
import type { Outcome } from "./outcome.ts";
import type { SessionName, SessionNames } from "./session-names.ts";
import type { Traceback } from "./traceback.ts";
import { watchUncaught } from "./uncaught.ts";
import type { UncaughtReport } from "./uncaught.ts";
import { movedTo } from "./units.ts";

/** How {@link Engine.evaluate} is to take a text. */
interface EvaluateOptions {
  /** What traces call it: `[3]`. The running cell's name, when not said. */
  readonly name?: string;
  /** The line of the cell at which the text begins, from 1. */
  readonly line?: number;
  /** The whole cell as typed, when the text is only a part of it. */
  readonly source?: string;
}

/** How {@link Engine.module} is to take a text. */
interface ModuleOptions extends EvaluateOptions {
  /** Values for names that the text uses and does not declare. */
  readonly free?: Readonly<Record<string, unknown>>;
  /** What traces of other processes call the text. */
  readonly alias?: string;
}

/** Evaluates the cells of a notebook in this process, on its main thread. */
export interface Engine {
  readonly folder: string;
  /** For the thread that interrupts: hand it to `createInterrupter` there. */
  readonly interruptPort: MessagePort;
  /** The cell that the calling code belongs to, in late callbacks too. */
  readonly currentCell: Cell | undefined;
  /**
   * Runs all that belongs to one run of a cell. When it is interrupted, the promise is rejected at once, whatever `run` still
   * waits for.
   *
   * @throws Interrupted `interrupted`
   */
  cell<T>(options: CellOptions, run: (cell: Cell) => Promise<T>): Promise<T>;
  /** Evaluates a cell, or a piece of the running one, in the session's scope. */
  evaluate(code: string, options?: EvaluateOptions): Promise<Outcome>;
  /**
   * Evaluates a text as a module of its own and gives its exports.
   *
   * @throws CodeSyntaxError `syntax`, EngineError `module-not-found` or `missing-export`, or what the text throws
   */
  module(code: string, options?: ModuleOptions): Promise<Record<string, unknown>>;
  /** Binds a name of the session, as a declaration in a cell would. Also from inside of a running cell. */
  define(name: string, value: unknown): void;
  /** Binds a name that cells have from the start: what they declare by that name takes its place, until it is forgotten. */
  provide(name: string, value: unknown): void;
  /**
   * Forgets names that cells declared or that were defined: those that are given, else all. Not those of the running cell, and what
   * was provided is there again. Gives the names that were forgotten.
   */
  forget(names?: readonly string[]): readonly string[];
  /** The live value of a name that a cell can see, globals included; nothing when it is not defined. */
  lookup(name: string): { readonly value: unknown } | undefined;
  /**
   * The properties of what is at the end of a path that begins at a name of the session, as they are now, without running
   * anything; nothing when the way leads nowhere.
   */
  members(path: readonly string[]): readonly Member[];
  /** What is at the end of such a path, said without running anything; nothing when the way leads nowhere. */
  describe(path: readonly string[]): LiveValue | undefined;
  /** The latest declaration of a name of the session. */
  declaration(name: string): SessionName | undefined;
  /** The names of the session, in the order of their first declaration. */
  names(): readonly SessionName[];
  /** The address of what a specifier stands for in a cell. */
  resolve(specifier: string): string;
  /** Draws what was thrown. */
  traceback(thrown: unknown): Traceback;
  /** Keeps the process alive when a callback throws: `report` is told, in the context of the cell. Gives the way back. */
  watchUncaught(report: UncaughtReport): () => void;
  /** Puts back what cells have changed of JavaScript itself, and gives its names: for when the kernel cannot go on. */
  restoreBuiltins(): readonly string[];
  /** Has interrupts spare what would be no use by half, such as the loading of a module; the answer is called when that is over. */
  spare(): () => void;
  /** Takes back what was changed in the process. Names that cells declared stay. */
  dispose(): void;
}

/** Makes the engine of this process. There can be one at a time: cells share the process's global scope. */
export function createEngine(options: EngineOptions): Engine {
  const parts = openParts(options);
  const { folder, file, names, cells, interrupts, bindings, builtins, resolver, scope } = parts;
  const engine: Engine = {
    folder,
    interruptPort: interrupts.port,
    get currentCell() {
      return cells.current;
    },
    cell: async (given, run) => await cells.run(given, run),
    evaluate: (code, how = {}) => evaluate(code, how, parts),
    module: (code, how = {}) => evaluateModule(code, how, parts),
    define: (name, value) => bindings.define(name, value),
    provide: (name, value) => bindings.provide(name, value),
    forget: (wanted) => bindings.forget(wanted, cells.current?.name),
    lookup: (name) => lookup(name, names),
    members: (path) => {
      const end = endOf(path, names);
      return end === undefined ? [] : membersOf(end.value);
    },
    describe: (path) => {
      const end = endOf(path, names);
      return end && describeValue(end.value, options.knower);
    },
    declaration: (name) => names.get(name),
    names: () => names.all(),
    resolve: (specifier) => {
      const target = resolver.resolve(specifier, file);
      return target.kind === "provided" ? target.specifier : target.url;
    },
    traceback: parts.traceback,
    watchUncaught,
    restoreBuiltins: () => builtins.restore(),
    spare: interrupts.spare,
    dispose: parts.close,
  };
  provideScopeNames(engine, { file, require: scope.require });
  return engine;
}

async function evaluate(code: string, options: EvaluateOptions, parts: EngineParts): Promise<Outcome> {
  const { line = 1 } = options;
  try {
    return await inCell(options, parts, async (unit, whole) => {
      const source = whole ?? movedTo(line, code);
      return await runCell({ code, unit, line, source }, parts);
    });
  } catch (thrown) {
    return { status: "error", thrown };
  }
}

async function evaluateModule(
  code: string,
  options: ModuleOptions,
  parts: EngineParts,
): Promise<Record<string, unknown>> {
  const { line = 1, free = {}, alias } = options;
  const { folder, file, units, loader, scope } = parts;
  return await inCell(options, parts, async (unit, whole) => {
    const base = { url: units.urlFor(unit), name: unit, source: whole ?? movedTo(line, code) };
    units.add({ ...base, isCell: true, toTyped: (position) => position });
    const text = { ...base, code: readCode(code, { unit, line, folder }), line, path: file, free };
    const module = compileText(text, scope, units);
    if (alias !== undefined) units.alias(alias, base.url);
    return await loader.evaluate(module);
  });
}

/** Runs as a part of the cell that runs, or else as a cell of its own. */
async function inCell<T>(
  { name: given, source }: EvaluateOptions,
  { cells, keep }: EngineParts,
  run: (name: string, source: string | undefined) => Promise<T>,
): Promise<T> {
  keep();
  const name = given ?? cells.current?.name ?? "[*]";
  const current = cells.running;
  if (current !== undefined) return await run(name, source ?? current.source);
  const cell = source === undefined ? { name } : { name, source };
  return await cells.run(cell, async () => await run(name, source));
}

function endOf(
  [root = "", ...path]: readonly string[],
  names: SessionNames,
): { readonly value: unknown } | undefined {
  // A global that nobody declared may be a getter, which is left alone.
  if (names.get(root) === undefined && root !== "process") return undefined;
  const found = lookup(root, names);
  return found && valueAt(found.value, path);
}

// As in Node's own REPL, cells have what CommonJS modules have. Packages do not see it.
function provideScopeNames(
  engine: Engine,
  { file, require }: { readonly file: string; readonly require: object },
): void {
  const module = { exports: {} };
  engine.provide("require", Object.assign(require, { cache: createRequire(file).cache }));
  engine.provide("module", module);
  engine.provide("exports", module.exports);
  engine.provide("__filename", file);
  engine.provide("__dirname", dirname(file));
}
