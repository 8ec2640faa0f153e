import { createRequire } from "node:module";
import { ImportError } from "./errors.ts";
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

/** Gets modules from Node's own loaders. */
export function createNativeModules(provided: Provided): NativeModules {
  const given = new Map<string, object | Promise<object>>();
  const get = (specifier: string): object | Promise<object> => {
    const found = given.get(specifier) ?? provided[specifier]?.() ?? {};
    given.set(specifier, found);
    if (found instanceof Promise) {
      found.then(
        (value: object) => given.set(specifier, value),
        () => given.delete(specifier),
      );
    }
    return found;
  };
  return {
    import: async (target) => {
      if (target.kind === "provided") return (await get(target.specifier)) as Namespace;
      return (await import(/* @vite-ignore */ target.url)) as Namespace;
    },
    require: (target, from) => {
      if (target.kind !== "provided")
        return createRequire(from)(target.kind === "package" ? target.path : target.url);
      const value = get(target.specifier);
      if (value instanceof Promise) {
        const message = `Cannot require "${target.specifier}": it is still loading. Use import`;
        throw new ImportError("require-async", message, { data: { specifier: target.specifier } });
      }
      return value;
    },
  };
}
