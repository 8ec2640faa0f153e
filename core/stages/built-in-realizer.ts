import type { Derivation } from "../stage/closure.ts";
import type { Matcher } from "../stage/matcher.ts";
import { only } from "../stage/matchers.ts";
import { winnerRealizer } from "../sweep/winner.ts";
import type { BuiltInName } from "./built-in.ts";
import { commandRealizer } from "./command.ts";
import { localRealizer, type NamedPlace } from "./fetch-local.ts";
import { urlRealizer, type Fetching } from "./fetch-url.ts";
import { fileRealizer } from "./file.ts";
import { nodeRealizer } from "./node.ts";
import { unpackRealizer } from "./unpack.ts";

/**
 * The realizer of a built-in stage. It is what the code of such a stage in a store calls (see `closureFromStore`), with what it goes by
 * that the config does not say, and the matcher (`rule`) that a winner is chosen by.
 */
export function builtInRealizer(
  name: BuiltInName,
  options: Readonly<Record<string, unknown>>,
  rule?: Matcher,
): Derivation["realize"] {
  switch (name) {
    case "command":
      return commandRealizer();
    case "fetchLocal":
      return localRealizer(options as NamedPlace);
    case "fetchUrl":
      return urlRealizer(options as unknown as Fetching);
    case "file":
      return fileRealizer(bytesOf(options)[""] ?? Buffer.alloc(0));
    case "node":
      return nodeRealizer(bytesOf(options));
    case "unpack":
      return unpackRealizer(options);
    case "winner":
      return winnerRealizer(String(options["name"]), rule ?? only());
  }
}

function bytesOf(texts: Readonly<Record<string, unknown>>): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(String(text), "base64")]),
  );
}
