import { isJsonObject, type JsonObject } from "../config.ts";
import { isHash } from "../ref.ts";
import { syntaxDigest, type Source } from "./source.ts";

/** The texts of a source by the digests that stand for them in a config. @throws {LightnixError} `unreadable-source` */
export function sourceTexts(source: Source | undefined): Map<string, string> {
  const texts = new Map<string, string>();
  if (source === undefined) return texts;
  for (const text of [source.code, ...Object.values(source.uses ?? {})])
    texts.set(syntaxDigest(text, "a piece of code"), text);
  return texts;
}

/** The digests in the `__source__` of a stored config: that of the realizer, and those of what it uses, by name. */
export interface SourceDigests {
  readonly code: string | undefined;
  readonly uses: Readonly<Record<string, string>>;
}

/** Reads what a stored config says about code; undefined when code is no part of it. */
export function sourceDigests(config: JsonObject): SourceDigests | undefined {
  const source = config["__source__"];
  if (!isJsonObject(source)) return undefined;
  const { code, uses } = source;
  const named = isJsonObject(uses) ? Object.entries(uses) : [];
  return {
    code: isHash(code) ? code : undefined,
    uses: Object.fromEntries(named.filter((one): one is [string, string] => isHash(one[1]))),
  };
}
