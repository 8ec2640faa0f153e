import { inspect } from "node:util";
import { toBundle } from "../display/index.ts";
import { nowhere } from "./lines.ts";
import { lookup } from "./lookup.ts";
import { plainExpression } from "./plain-expression.ts";
import type { PlainExpression } from "./plain-expression.ts";
import type { SessionNames } from "./session-names.ts";
import type { Unit, Units } from "./units.ts";

/** What a debugger has to know of a script that the engine made. */
export interface ScriptFacts {
  /** What people call it: `[3]`, a path. */
  readonly name: string;
  readonly isCell: boolean;
  /** The whole text as typed. */
  readonly source: string;
  /** How many scripts it is made of: one with its functions may come before the one that runs. */
  readonly scripts: number;
  /** The names that it imports, which its code reaches in another way. */
  readonly imports: readonly string[];
}

/**
 * What a debugger in the other thread asks of this one, by evaluating calls of it: possible at any time, also while the program
 * is paused. Whatever it is asked with and gives by value is JSON. Nothing of it runs code of the user's, but for `text` and `bundle`.
 */
export interface DebugView {
  /** What is known of the script that V8 knows by that name. */
  facts(url: string): ScriptFacts | null;
  /** Where positions of a script were typed: line, column, line, column, ..., from 1; 0, 0 for what nobody typed. */
  typed(url: string, positions: readonly number[]): readonly number[];
  /** Takes types out of an expression, and has its names mean what they mean to a cell, or to a module with those imports. */
  plain(expression: string, imports?: readonly string[]): PlainExpression;
  /** The variables of the session, by name. */
  variables(): object;
  /** Counts a visit of a breakpoint, and says whether it is one to pause at. */
  hit(breakpoint: string, compare: string, count: number): boolean;
  /** Prints a line in the cell that runs. It is a condition that never holds. */
  log(text: string): false;
  /** A value as text, for a log point. */
  text(value: () => unknown): string;
  /** What a value is shown as. Nothing when that takes time, unless somebody may wait: nobody while the program is paused. */
  bundle(value: unknown, mayWait: boolean): object | null | Promise<object>;
  /** Binds a name of the session. */
  define(name: string, value: unknown): void;
  /** The paths of the modules that the engine has loaded. */
  modules(): readonly string[];
}

/** How values are shown that somebody else has views of. */
export type ViewOf = (value: unknown) => Promise<object> | undefined;

/** Makes the debugger's view of an engine. */
export function createDebugView(parts: {
  readonly units: Units;
  readonly names: SessionNames;
  /** Whether a name is the kernel's own. */
  readonly isProvided: (name: string) => boolean;
  readonly define: (name: string, value: unknown) => void;
  readonly viewOf: ViewOf | undefined;
}): DebugView {
  const { units, names, isProvided, define, viewOf } = parts;
  const hits = new Map<string, number>();
  return {
    facts: (url) => {
      const unit = units.get(url);
      if (unit === undefined) return null;
      const { name, isCell, source, scripts = 1, imports = [] } = unit;
      return { name, isCell, source, scripts, imports };
    },
    typed: (url, positions) => typedPositions(units.get(url), positions),
    plain: (expression, imports = []) => plainExpression(expression, names, new Set(imports)),
    variables: () => {
      const all = Object.create(null) as Record<string, unknown>;
      for (const { name } of names.all()) {
        const found = isProvided(name) ? undefined : lookup(name, names);
        if (found !== undefined) all[name] = found.value;
      }
      return all;
    },
    hit: (breakpoint, compare, count) => {
      const visits = (hits.get(breakpoint) ?? 0) + 1;
      hits.set(breakpoint, visits);
      return isReached(visits, compare, count);
    },
    log: (text) => {
      process.stdout.write(`${text}\n`);
      return false;
    },
    text: textOf,
    bundle: (value, mayWait) => {
      const view = mayWait ? viewOf?.(value) : undefined;
      const bundle = view ?? toBundle(value, { colours: false });
      return bundle instanceof Promise && !mayWait ? null : bundle;
    },
    define,
    modules: () => units.files(),
  };
}

function typedPositions(unit: Unit | undefined, positions: readonly number[]): readonly number[] {
  const typed: number[] = [];
  for (let at = 0; at + 1 < positions.length; at += 2) {
    const position = { line: positions[at] ?? 0, column: positions[at + 1] ?? 0 };
    const { line, column } = unit === undefined ? nowhere : unit.toTyped(position);
    typed.push(line, column);
  }
  return typed;
}

function textOf(value: () => unknown): string {
  try {
    const given = value();
    return typeof given === "string" ? given : inspect(given, { depth: 2 });
  } catch (error) {
    return `[${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}]`;
  }
}

function isReached(visits: number, compare: string, count: number): boolean {
  switch (compare) {
    case ">":
      return visits > count;
    case ">=":
      return visits >= count;
    case "<":
      return visits < count;
    case "<=":
      return visits <= count;
    case "%":
      return visits % count === 0;
    default:
      return visits === count;
  }
}
