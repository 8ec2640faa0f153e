import { hash } from "node:crypto";
import { canonicalJson } from "../canonical.ts";
import type { Json } from "../config.ts";

/** What the loader has to know of a bundle before its code runs. */
export interface BundleFacts {
  /** Tells this bundle from another one of the same derivation: settings and matcher, which are no part of its address. */
  readonly key: string;
  /** The packages that it imports, by the names that it imports them by, with their versions. */
  readonly packages: Readonly<Record<string, string>>;
  /** The names of a notebook's host that it uses, such as `display`. */
  readonly host?: readonly string[];
  /** Where its code names what is outside of it: the first and the last index of each specifier's literal, quotes included. */
  readonly imports: readonly (readonly [start: number, end: number])[];
  /** The matcher as data, where it can be said so, and what else is needed to plan without running the code. */
  readonly matcher?: Json;
  readonly outs: number;
  readonly onFailure?: string;
  readonly limits?: Json;
}

/** A bundle: an ES module and what there is to say of it. */
export interface BundleParts {
  readonly facts: BundleFacts;
  readonly code: string;
}

const FIRST_LINE = /^\/\/ lightnix bundle (\d+) sha256:([0-9a-f]{64})\n/;

/** The text of a bundle's file: a line with the digest of all that follows, a line of facts, the code. */
export function bundleText({ facts, code }: BundleParts): string {
  // These two end a comment, and a matcher may name a file that has one in its name.
  const json = canonicalJson(facts as unknown as Json).replaceAll(/[\u2028\u2029]/g, (one) =>
    one === "\u2028" ? "\\u2028" : "\\u2029",
  );
  const rest = `// ${json}\n${code}`;
  return `// lightnix bundle 1 sha256:${hash("sha256", rest, "hex")}\n${rest}`;
}

/** Takes a bundle's text apart. When it is not what was written, the answer says in which way. */
export function parseBundle(text: string): BundleParts | string {
  const [line = "", version, digest] = FIRST_LINE.exec(text) ?? [];
  if (digest === undefined) return "it does not begin as one";
  if (version !== "1") return `it is of version ${version}, which this version of Lightnix does not know`;
  const rest = text.slice(line.length);
  if (hash("sha256", rest, "hex") !== digest) return "its digest is another one, so it was changed";
  const end = rest.indexOf("\n");
  const code = rest.slice(end + 1);
  const facts = parseFacts(rest.slice("// ".length, end), code);
  return facts === undefined ? "its second line does not say what it needs" : { facts, code };
}

// The digest is that of the text alone, so whoever wrote it may have written anything.
function parseFacts(line: string, code: string): BundleFacts | undefined {
  try {
    const facts = JSON.parse(line) as BundleFacts;
    const { key, packages, imports, outs } = facts;
    const isGood =
      typeof key === "string" &&
      Number.isInteger(outs) &&
      Object.values(packages).every((version) => typeof version === "string") &&
      imports.every(([start, end]) => typeof JSON.parse(code.slice(start, end)) === "string");
    return isGood ? facts : undefined;
  } catch {
    return undefined;
  }
}
