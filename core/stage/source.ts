import { hash } from "node:crypto";
import type { JsonObject } from "../config.ts";
import { LightnixError } from "../errors.ts";
import { canonicalSyntax } from "../code/syntax.ts";

/** The code that a stage's identity includes. */
export interface Source {
  /** The text of the realizer: a function, or a whole module. */
  readonly code: string;
  /** The texts of what it reaches by name: functions, classes, modules of the user's own. */
  readonly uses?: Readonly<Record<string, string>>;
}

// A chain of thousands of stages mostly has a handful of texts.
const digests: Map<string, string> = new Map<string, string>();
const MAX_DIGESTS = 2_000;

/**
 * What a stored config says about code, as its `__source__`: a digest of each text, compared as syntax. So comments, layout,
 * types, quotes and redundant parentheses do not count, and everything else does.
 *
 * @throws {LightnixError} `unreadable-source` when a text is not TypeScript
 */
export function sourceIdentity(source: Source, stageName: string): JsonObject {
  const code = syntaxDigest(source.code, `the realizer of stage "${stageName}"`);
  const names = Object.keys(source.uses ?? {}).sort();
  if (names.length === 0) return { code };
  const digestOf = (name: string): string =>
    syntaxDigest(source.uses?.[name] ?? "", `"${name}", which stage "${stageName}" uses,`);
  return { code, uses: Object.fromEntries(names.map((name) => [name, digestOf(name)])) };
}

/**
 * The text of a function, if it has one.
 *
 * @throws {LightnixError} `unreadable-source` for native and bound functions, whose text says nothing
 */
export function functionText(realize: (...args: never[]) => unknown, stageName: string): string {
  const text = Function.prototype.toString.call(realize);
  if (!/\{\s*\[native code\]\s*\}\s*$/.test(text)) return text;
  throw new LightnixError(
    "unreadable-source",
    `Cannot read the source of the realizer of stage "${stageName}": it is a native or bound function, which has no text. ` +
      "Wrap it in an arrow function, or leave code out of the stage's identity with `source: false` and say by hand " +
      "when it changes with `version: 1`",
    { data: { stage: stageName } },
  );
}

/**
 * 32 hex digits of a SHA-256 over the canonical syntax of a text.
 *
 * @throws {LightnixError} `unreadable-source`, in which `what` names the text
 */
export function syntaxDigest(text: string, what: string): string {
  const known = digests.get(text);
  if (known !== undefined) return known;
  const syntax = canonicalSyntax(text);
  if (syntax === undefined) {
    throw new LightnixError(
      "unreadable-source",
      `Cannot read the source of ${what}: it does not parse as TypeScript. Leave it out with \`source: false\`, and say by ` +
        "hand when it changes with `version: 1`",
      { data: { text } },
    );
  }
  if (digests.size >= MAX_DIGESTS) digests.clear();
  const digest = hash("sha256", `lightnix source 1\0${syntax}`, "hex").slice(0, 32);
  digests.set(text, digest);
  return digest;
}
