import { Script } from "node:vm";
import { EngineError } from "./errors.ts";
import type { SessionNames } from "./session-names.ts";

/** The live value of a name that a cell can see, globals included; nothing when it is not defined. */
export function lookup(name: string, names: SessionNames): { readonly value: unknown } | undefined {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
    throw new EngineError("invalid-name", `Cannot look up "${name}": it is no name`, { data: { name } });
  }
  try {
    return { value: new Script(names.referenceOf(name)).runInThisContext() as unknown };
  } catch {
    // Not declared, or its declaration has failed.
    return undefined;
  }
}
