import type * as child from "node:child_process";
import type * as fs from "node:fs";
import type * as path from "node:path";
import type { setTimeout as delay } from "node:timers/promises";
import { closureFromStore } from "../../../core/stage/stored-closure.ts";
import { bundleText, type BundleFacts } from "../../../core/store/bundle-text.ts";
import type { Build, BuildLimits, Closure, JsonObject, Store } from "../../../core/index.ts";

/** What realizers are handed besides the build. */
export interface Tools {
  readonly fs: typeof fs;
  readonly child: typeof child;
  readonly path: typeof path;
  readonly delay: typeof delay;
  /** What its bundle imports, by specifier. */
  readonly imported: Readonly<Record<string, unknown>>;
}

/** What a closed derivation is made from. */
export interface Bundled {
  readonly name?: string;
  readonly config?: JsonObject;
  /** The realizer, whose text is the bundle's: it may use nothing but what it is handed. */
  readonly realize: (build: Build, tools: Tools) => unknown;
  readonly limits?: BuildLimits;
  readonly onFailure?: "record";
  /** The packages that the realizer requires, in their versions. */
  readonly packages?: Readonly<Record<string, string>>;
  /** What the bundle imports of the packages. */
  readonly imports?: readonly string[];
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
  const { name = "model", config = {}, realize, limits, onFailure } = parts;
  const { host = [], packages = {}, imports = [] } = parts;
  const dref = await store.putDerivation(name, { code: String(realize), packages, ...config });
  const head = [
    ...(host.length === 0 ? [] : [`import host from "lightnix:host"; const { ${host.join()} } = host;`]),
    ...imports.map((specifier, index) => `import * as imported${index} from "${specifier}";`),
  ].join("\n");
  const facts: BundleFacts = {
    key: "",
    packages,
    outs: 1,
    matcher: { call: "latest", args: [] },
    imports: [...head.matchAll(/"[^"]+"/gu)].map(({ index, 0: { length } }) => [index, index + length]),
    ...(host.length > 0 && { host }),
    ...(limits && { limits: { ...limits } as JsonObject }),
    ...(onFailure && { onFailure }),
  };
  const imported = imports.map((specifier, index) => `"${specifier}": imported${index}`).join();
  const code = `${head}${modules}const made = { ${/^(async )?realize\(/.test(String(realize)) ? String(realize) : `realize: ${String(realize)}`} };
export const realize = (build) => made.realize(build, { fs, child, path, delay, imported: { ${imported} } });
`;
  await store.putBundle(dref, bundleText({ facts, code }));
  return await closureFromStore(store, dref);
}
