import { functionSite } from "../code/function-site.ts";
import { functionExpression, functionUnits, isNativeText } from "../code/functions.ts";
import type { ModuleUnits } from "../code/units.ts";
import { LightnixError } from "../errors.ts";
import { originOf, type Matcher, type MatchOptions } from "./matcher.ts";
import { isMatcher } from "./spelling.ts";

/** Code that makes a matcher. */
export interface MatcherText {
  /** An expression. */
  readonly text: string;
  /** Names of Lightnix that it calls, each by the name `lightnix$` and its own. */
  readonly calls: ReadonlySet<string>;
  /** The texts of the functions in it. */
  readonly functions: readonly string[];
  /** Names that they use and do not declare. */
  readonly free: ReadonlySet<string>;
}

/**
 * Spells a matcher: the call that made it, or, of `match({ ... })`, the texts of its functions.
 *
 * @throws {LightnixError} `unbundlable` when it was put together otherwise
 */
export function matcherText(matcher: Matcher): MatcherText {
  const calls = new Set<string>();
  const functions: string[] = [];
  const spell = (one: Matcher): string => {
    const origin = originOf(one);
    if (origin === undefined) throw unspeakable(one, "was put together by hand");
    const call = origin.kind === "call" ? origin.call : "match";
    calls.add(call);
    const args =
      origin.kind === "match"
        ? [optionsText(one, origin.options, functions)]
        : origin.args.map((arg) => (isMatcher(arg) ? spell(arg) : literal(arg)));
    return `lightnix$${call}(${args.join(", ")})`;
  };
  const text = spell(matcher);
  const free = new Set(functions.flatMap((one) => [...(functionUnits(one)?.free ?? [])]));
  return { text, calls, functions, free };
}

/**
 * Checks that the functions of a matcher mean in a module (or where there is none) what they mean where they are: that they stand in it, and close over
 * nothing but what it declares at its top level.
 *
 * @throws {LightnixError} `unbundlable`
 */
export function checkFunctions({ functions }: MatcherText, module: ModuleUnits | undefined): void {
  for (const text of functions) {
    const free = [...(functionUnits(text)?.free ?? [])].filter((name) => !(name in globalThis));
    if (free.length === 0) continue;
    const site = module && functionSite(module, text);
    const [around] = site?.around ?? [];
    if (site === undefined)
      throw unbundlable(
        `its matcher uses "${free.join('", "')}" in a function that is not written beside the realizer. What to do: write it there`,
      );
    if (around !== undefined)
      throw unbundlable(
        `its matcher uses "${around[0]}", which is ${around[1]}. What to do: write the value itself`,
      );
  }
}

function optionsText(matcher: Matcher, options: MatchOptions, functions: string[]): string {
  const fields = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => {
      if (typeof value !== "function") return `${field}: ${literal(value)}`;
      const text = Function.prototype.toString.call(value);
      const expression = isNativeText(text) ? undefined : functionExpression(text);
      if (expression === undefined)
        throw unspeakable(matcher, `has a native or bound function for its ${field}, which has no text`);
      functions.push(text);
      return `${field}: ${expression}`;
    });
  return `{ ${fields.join(", ")} }`;
}

function literal(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}

function unspeakable({ name }: Matcher, what: string): LightnixError {
  return unbundlable(
    `its matcher ${name} ${what}. What to do: make it by match({ key, take }) or by Lightnix's own matchers`,
  );
}

function unbundlable(message: string): LightnixError {
  return new LightnixError("unbundlable", message);
}
