import { hash } from "node:crypto";
import { closeRealizer, openRealizer } from "../stage/bundle.ts";
import type { Derivation } from "../stage/closure.ts";
import { checkFunctions, type MatcherText } from "../stage/matcher-text.ts";

/**
 * What makes the identity of a built-in stage: not its source, or a new release of Lightnix would have everything fetched and
 * unpacked again, but its name and a version that is raised when outcomes come out differently.
 */
export function builtIn(name: string, version: number): { readonly source: false; readonly version: string } {
  return { source: false, version: `lightnix ${name} ${version}` };
}

/** The built-in stages that have a realizer of their own. */
export type BuiltInName = "command" | "fetchLocal" | "fetchUrl" | "file" | "node" | "unpack" | "winner";

/**
 * Has the realizer of a built-in stage taken along: as a call of `builtInRealizer` with what it goes by that no config has, which
 * is plain data, and with the matcher that it chooses by, if it does.
 */
export function closeBuiltIn(
  realize: Derivation["realize"],
  name: BuiltInName,
  options: object,
  rule?: MatcherText,
): void {
  const args = [JSON.stringify(name), spelled(options), ...(rule === undefined ? [] : [rule.text])];
  const call = `lightnix$builtIn(${args.join(", ")})`;
  closeRealizer(realize, {
    digest: hash("sha256", call, "hex").slice(0, 32),
    code: (matcher) => ({ plain: plainText(call, matcher, rule) }),
  });
}

// What is in a store is hashed and packed, and people look at it.
const MAX_BYTES = 256 * 1024;

/** The same for a realizer that goes by bytes, as long as they are few. */
export function closeWithBytes(
  realize: Derivation["realize"],
  name: BuiltInName,
  bytes: Readonly<Record<string, Buffer>>,
): void {
  const size = Object.values(bytes).reduce((sum, { length }) => sum + length, 0);
  if (size <= MAX_BYTES) {
    const texts = Object.entries(bytes).map(([key, one]) => [key, one.toString("base64")] as const);
    return closeBuiltIn(realize, name, Object.fromEntries(texts));
  }
  const kilobytes = Math.ceil(size / 1024);
  openRealizer(
    realize,
    `its content is ${kilobytes} kB that only this process has (code in a store may hold ${MAX_BYTES / 1024} kB). Write it to a file, and use fetchLocal`,
  );
}

function plainText(call: string, matcher: MatcherText, rule: MatcherText | undefined): string {
  const matchers = rule === undefined ? [matcher] : [matcher, rule];
  for (const one of matchers) checkFunctions(one, undefined);
  const calls = new Set(matchers.flatMap((one) => [...one.calls]));
  const imports = [
    "builtInRealizer as lightnix$builtIn",
    ...[...calls].map((one) => `${one} as lightnix$${one}`),
  ];
  return [
    `import { ${imports.join(", ")} } from "lightnix";`,
    `export const realize = ${call};`,
    `export const matcher = ${matcher.text};`,
    "",
  ].join("\n");
}

/** As JSON, but with all numbers: no limit is `Infinity`. */
function spelled(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{ ${fields.map(([field, inner]) => `${JSON.stringify(field)}: ${spelled(inner)}`).join(", ")} }`;
}
