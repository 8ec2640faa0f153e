import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Json } from "../config.ts";
import type { Store } from "../store/store.ts";

/** What a bundle is loaded with. */
export interface GivenParts {
  readonly store: Store;
  /** Data of earlier cells. */
  readonly captured: Json;
  /** What stands for the names that a notebook gives to its cells. */
  readonly host: Readonly<Record<string, unknown>>;
  /** Those of them that the bundle uses. */
  readonly hostNames: readonly string[];
  /** Where `require` begins to look. */
  readonly folder: string;
}

/** The names of Lightnix that cells have bound to the store of their session. */
export const storeNames: ReadonlySet<string> = new Set(
  "explain instantiate lens outcomes realize realize$ realizeMany".split(" "),
);

/** The address of the module that a `lightnix` import of a bundle stands for; nothing when it is none. */
export function givenModule(specifier: string, given: GivenParts): string | undefined {
  switch (specifier) {
    case "lightnix":
      return lightnix();
    case "lightnix:captured":
      return capturedModule(given);
    case "lightnix:host":
      return hostModule(given);
    case "lightnix:store":
      return storeModule(given);
    case "lightnix:require":
      return requireModule(given);
    default:
      return undefined;
  }
}

// By its own name, so that it is the very Lightnix that loads, wherever its files lie.
function lightnix(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve("lightnix")).href;
}

/** Data as it was when the stage was defined. Nobody can change it, or a run would see what another one did. */
function capturedModule({ captured }: GivenParts): string {
  return moduleUrl(
    "const freeze = (value) => (Object.values(value ?? 0).forEach((one) => typeof one === 'object' && freeze(one)), Object.freeze(value));",
    `export default freeze(JSON.parse(${quoted(JSON.stringify(captured))}));`,
  );
}

function hostModule({ host, hostNames }: GivenParts): string {
  return moduleUrl(
    `import { LightnixError } from ${quoted(lightnix())};`,
    `const host = ${handedOver(host)};`,
    'const refuse = (name) => { throw new LightnixError("no-host", `Cannot call ${name}(): only a notebook has it, and this stage is realized without one`, { data: { name } }); };',
    "const missing = (name) => new Proxy(() => refuse(name), { get: (_, member) => () => refuse(`${name}.${String(member)}`) });",
    `export default Object.fromEntries(${JSON.stringify(hostNames)}.map((name) => [name, host[name] ?? missing(name)]));`,
  );
}

function storeModule({ store }: GivenParts): string {
  return moduleUrl(
    `import * as lightnix from ${quoted(lightnix())};`,
    `const store = ${handedOver(store)};`,
    "const bound = (work) => (target, options) => work(target, { store, ...options });",
    ...[...storeNames].map((name) => `export const ${name} = bound(lightnix.${name});`),
  );
}

function requireModule({ folder }: GivenParts): string {
  return moduleUrl(
    'import { createRequire } from "node:module";',
    `export default createRequire(${quoted(join(folder, "stage.mjs"))});`,
  );
}

// Live values reach a module by a name of the whole process: a module can be given nothing.
const key: unique symbol = Symbol.for("lightnix:given") as never;
const ids: WeakMap<object, number> = new WeakMap();

function handedOver(value: object): string {
  const values = ((globalThis as { [key]?: Map<number, object> })[key] ??= new Map<number, object>());
  const id = ids.get(value) ?? values.size;
  ids.set(value, id);
  values.set(id, value);
  return `globalThis[Symbol.for("lightnix:given")].get(${id})`;
}

function moduleUrl(...lines: readonly string[]): string {
  return `data:text/javascript,${encodeURIComponent(lines.join("\n"))}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
