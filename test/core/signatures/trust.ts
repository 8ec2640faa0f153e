import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../../core/index.ts";

/** Writes the keys that a store trusts, one a line. */
export function trust(store: Store, ...keys: readonly string[]): void {
  mkdirSync(store.root, { recursive: true });
  writeFileSync(join(store.root, "trusted-keys"), keys.join("\n"));
}
