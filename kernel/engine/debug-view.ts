import { inspect } from "node:util";
import { toBundle } from "../display/index.ts";
import { parse } from "./ast.ts";
import { readCode } from "./code.ts";
import { isObjectLiteral } from "./completeness.ts";
import { Edits } from "./edits.ts";
import { CodeSyntaxError } from "./errors.ts";
import { hidden } from "./hidden.ts";
import { nowhere } from "./lines.ts";
import { lookup } from "./lookup.ts";
import { hasTopLevelAwait } from "./rewrite.ts";
import { analyseScopes } from "./scope.ts";
import type { SessionNames } from "./session-names.ts";
import type { Units } from "./units.ts";

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

/** An expression as V8 can evaluate it, or what is wrong with it. */
export type PlainExpression = { readonly plain: string } | { readonly problem: string };

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
  /** What a value is shown as; nothing when that takes time. */
  bundle(value: unknown): object | null;
  /** Binds a name of the session. */
  define(name: string, value: unknown): void;
  /** The paths of the modules that the engine has loaded. */
  modules(): readonly string[];
}

/** Makes the debugger's view of an engine. */
export function createDebugView(parts: {
  readonly units: Units;
  readonly names: SessionNames;
  /** Whether a name is the kernel's own. */
  readonly isProvided: (name: string) => boolean;
  readonly define: (name: string, value: unknown) => void;
}): DebugView {
  const { units, names, isProvided, define } = parts;
  const hits = new Map<string, number>();
  return {
    facts: (url) => {
      const unit = units.get(url);
      if (unit === undefined) return null;
      const { name, isCell, source, scripts = 1, imports = [] } = unit;
      return { name, isCell, source, scripts, imports };
    },
    typed: (url, positions) => {
      const unit = units.get(url);
      const typed: number[] = [];
      for (let at = 0; at + 1 < positions.length; at += 2) {
        const position = { line: positions[at] ?? 0, column: positions[at + 1] ?? 0 };
        const { line, column } = unit === undefined ? nowhere : unit.toTyped(position);
        typed.push(line, column);
      }
      return typed;
    },
    plain: (expression, imports = []) => plainExpression(expression, names, new Set(imports)),
    variables: () => {
      const all: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
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
    text: (value) => {
      try {
        const given = value();
        return typeof given === "string" ? given : inspect(given, { depth: 2 });
      } catch (error) {
        return `[${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}]`;
      }
    },
    bundle: (value) => {
      const bundle = toBundle(value, { colours: false });
      return bundle instanceof Promise ? null : bundle;
    },
    define,
    modules: () => units.files(),
  };
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

function plainExpression(
  expression: string,
  names: SessionNames,
  imports: ReadonlySet<string>,
): PlainExpression {
  try {
    const text = isObjectLiteral(expression) ? `(${expression}\n)` : expression;
    const { plain, declared } = readCode(text, { unit: "expression" });
    // It would be a declaration that no cell could ever replace.
    if (declared.length > 0) return { problem: "it declares a name, which only a cell can" };
    const { program } = parse(plain, "js");
    // Whoever asks cannot wait: while the program is paused, nothing that is awaited comes.
    if (hasTopLevelAwait(program)) return { problem: "it awaits, which only a cell can" };
    const edits = new Edits(plain);
    const apart = names.keptApartIn(plain);
    for (const use of analyseScopes(program).free) {
      const other = imports.has(use.name)
        ? `${hidden.imports}.${use.name}`
        : apart.has(use.name)
          ? names.bindingOf(use.name)
          : undefined;
      if (other !== undefined) edits.replace(use, use.isShorthand ? `${use.name}:${other}` : other);
    }
    return { plain: edits.render().text };
  } catch (error) {
    if (error instanceof CodeSyntaxError) return { problem: error.problems[0]?.message ?? error.message };
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
