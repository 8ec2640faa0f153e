import { createRequire } from "node:module";
import { ImportError } from "./errors.ts";
import { LoadedVersions } from "./loaded-versions.ts";
import { withNames } from "./namespace.ts";
import type { Namespace } from "./namespace.ts";
import type { Target } from "./resolve.ts";

/** Modules that the kernel provides, by specifier. */
export type Provided = Readonly<Record<string, () => object | Promise<object>>>;

/** A target that is no local file. */
export type NativeTarget = Exclude<Target, { kind: "local" }>;

/** Gets modules that Node loads, or that the kernel provides. */
export interface NativeModules {
  import(target: NativeTarget): Promise<Namespace>;
  /** @throws ImportError `require-async` for a provided module that takes its time */
  require(target: NativeTarget, from: string): unknown;
}

const { cache } = createRequire(import.meta.url);

// Whoever writes `import * as all` of such a module means all of its properties, as the types do.
function isCommonJs(path: string, namespace: Namespace): boolean {
  const value = namespace["default"];
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject && cache[path]?.exports === value;
}

/** Gets modules from Node's own loaders. */
export function createNativeModules(provided: Provided): NativeModules {
  const wider = new WeakMap<Namespace, Namespace>();
  const whole = (namespace: Namespace): Namespace => {
    const known = wider.get(namespace) ?? withNames(namespace, Object.keys(namespace["default"] as object));
    wider.set(namespace, known);
    return known;
  };
  const versions = new LoadedVersions();
  const tell = (target: NativeTarget): void => {
    const note = target.kind === "package" ? versions.noteOn(target.path) : undefined;
    if (note !== undefined) process.stderr.write(`${note}\n`);
  };
  const given = new Map<string, object>();
  const keep = (specifier: string, value: object): object => {
    given.set(specifier, value);
    return value;
  };
  // One that takes its time is asked for again until it is there: an interrupt may have ended the first attempt.
  const get = (specifier: string): object | Promise<object> => {
    const found = given.get(specifier) ?? provided[specifier]?.() ?? {};
    return found instanceof Promise
      ? found.then((value: object) => keep(specifier, value))
      : keep(specifier, found);
  };
  return {
    import: async (target) => {
      if (target.kind === "provided") return (await get(target.specifier)) as Namespace;
      tell(target);
      const namespace = (await import(/* @vite-ignore */ target.url)) as Namespace;
      return target.kind === "package" && isCommonJs(target.path, namespace) ? whole(namespace) : namespace;
    },
    require: (target, from) => {
      if (target.kind !== "provided") {
        tell(target);
        return createRequire(from)(target.kind === "package" ? target.path : target.url);
      }
      const value = get(target.specifier);
      if (value instanceof Promise) {
        const message = `Cannot require "${target.specifier}": it is still loading. Use import`;
        throw new ImportError("require-async", message, { data: { specifier: target.specifier } });
      }
      return value;
    },
  };
}
