import type { JsonObject } from "../config.ts";
import { errorCode } from "../errors.ts";
import type { DRef } from "../ref.ts";
import type { Store } from "./store.ts";

/** The config of a derivation among many: one that is damaged or gone is undefined, and keeps nobody from seeing the others. */
export function intactConfig(store: Store, dref: DRef): JsonObject | undefined {
  try {
    return store.config(dref);
  } catch (error) {
    if (errorCode(error) === "damaged" || errorCode(error) === "unknown-derivation") return undefined;
    throw error;
  }
}
