import { closureFromStore } from "../../../core/stage/stored-closure.ts";
import { bundleText, type BundleFacts } from "../../../core/store/bundle-text.ts";
import type { Build, BuildLimits, Closure, JsonObject, Store } from "../../../core/index.ts";

/** What a closed derivation is made from. */
export interface Bundled {
  readonly name?: string;
  readonly config?: JsonObject;
  /** The realizer, whose text is the bundle's: it may use nothing but `node:` modules as `fs`, `child`, `path`, and `delay`. */
  readonly realize: (build: Build) => unknown;
  readonly limits?: BuildLimits;
  readonly onFailure?: "record";
  /** Names of the host that the realizer uses. */
  readonly host?: readonly string[];
}

const modules = `import * as fs from "node:fs";
import * as child from "node:child_process";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
`;

/** Puts a closed derivation into a store, with its bundle, and returns it as whoever has nothing but the store finds it. */
export async function bundled(store: Store, parts: Bundled): Promise<Closure> {
  const { name = "model", config = {}, realize, limits, onFailure, host = [] } = parts;
  const dref = await store.putDerivation(name, { code: String(realize), ...config });
  const hostLine =
    host.length === 0 ? "" : `import host from "lightnix:host"; const { ${host.join()} } = host;\n`;
  const at = hostLine.indexOf('"');
  const facts: BundleFacts = {
    key: "",
    packages: {},
    outs: 1,
    matcher: { call: "latest", args: [] },
    imports: hostLine === "" ? [] : [[at, at + '"lightnix:host"'.length]],
    ...(host.length > 0 && { host }),
    ...(limits && { limits: { ...limits } as JsonObject }),
    ...(onFailure && { onFailure }),
  };
  const code = `${hostLine}${modules}const made = { ${/^(async )?realize\(/.test(String(realize)) ? String(realize) : `realize: ${String(realize)}`} };
export const realize = made.realize;
`;
  await store.putBundle(dref, bundleText({ facts, code }));
  return await closureFromStore(store, dref);
}

declare global {
  // What the bundles import.
  const fs: typeof import("node:fs");
  const child: typeof import("node:child_process");
  const path: typeof import("node:path");
  const delay: typeof import("node:timers/promises").setTimeout;
}
