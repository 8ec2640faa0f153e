import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openStore, type Store } from "../../core/store/store.ts";
import { removeTree } from "../../core/store/remove-tree.ts";

/** A store of the running test's own, in a folder that goes when the test is over. Not durable, to be quick. */
export function freshStore(): Store {
  return openStore({ root: freshFolder(), durable: false });
}

/** An empty folder that goes when the running test is over. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lightnix-core-"));
  onTestFinished(() => removeTree(folder));
  return folder;
}
