import { functionExpression, functionUnits, isNativeText } from "../code/functions.ts";
import { LightnixError } from "../errors.ts";
import { originOf, type Matcher, type MatchOptions } from "./matcher.ts";
import { isMatcher } from "./spelling.ts";

/** Code that makes a matcher. */
export interface MatcherText {
  /** An expression. */
  readonly text: string;
  /** Names of Lightnix that it calls, each by the name `lightnix$` and its own. */
  readonly calls: ReadonlySet<string>;
  /** Names that functions in it use and do not declare. */
  readonly free: ReadonlySet<string>;
}

/**
 * Spells a matcher: the call that made it, or, of `match({ ... })`, the texts of its functions.
 *
 * @throws {LightnixError} `unbundlable` when it was put together otherwise
 */
export function matcherText(matcher: Matcher): MatcherText {
  const calls = new Set<string>();
  const free = new Set<string>();
  const spell = (one: Matcher): string => {
    const origin = originOf(one);
    if (origin === undefined) throw unspeakable(one, "was put together by hand");
    const call = origin.kind === "call" ? origin.call : "match";
    calls.add(call);
    const args =
      origin.kind === "match"
        ? [optionsText(one, origin.options, free)]
        : origin.args.map((arg) => (isMatcher(arg) ? spell(arg) : literal(arg)));
    return `lightnix$${call}(${args.join(", ")})`;
  };
  return { text: spell(matcher), calls, free };
}

function optionsText(matcher: Matcher, options: MatchOptions, free: Set<string>): string {
  const fields = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => {
      if (typeof value !== "function") return `${field}: ${literal(value)}`;
      const text = Function.prototype.toString.call(value);
      const expression = isNativeText(text) ? undefined : functionExpression(text);
      if (expression === undefined)
        throw unspeakable(matcher, `has a native or bound function for its ${field}, which has no text`);
      for (const name of functionUnits(text)?.free ?? []) free.add(name);
      return `${field}: ${expression}`;
    });
  return `{ ${fields.join(", ")} }`;
}

function literal(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}

function unspeakable({ name }: Matcher, what: string): LightnixError {
  return new LightnixError(
    "unbundlable",
    `its matcher ${name} ${what}. Make it by match({ key, take }) or by Lightnix's own matchers`,
    { data: { matcher: name } },
  );
}
