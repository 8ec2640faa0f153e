import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { emptyContext, type Context } from "../../core/context.ts";
import type { DRef } from "../../core/ref.ts";
import type { Committed } from "../../core/store/commit.ts";
import { buildRecord } from "../../core/store/record.ts";
import { removeTree } from "../../core/store/remove-tree.ts";
import { openStore, type OpenStoreOptions, type Store } from "../../core/store/store.ts";
import type { PlanOfFolder } from "./arbitraries.ts";

/** A new folder that goes away when the test is over. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lightnix-test-")));
  onTestFinished(() => removeTree(folder));
  return folder;
}

/** A new store that goes away when the test is over. It does not wait for the disk unless told to. */
export function tempStore(options: OpenStoreOptions = {}): Store {
  return openStore({ root: tempFolder(), durable: false, ...options });
}

/** Makes what a plan says inside a folder. */
export function makeFolder(folder: string, plan: PlanOfFolder): void {
  for (const [name, item] of Object.entries(plan)) {
    const path = `${folder}/${name}`;
    if (item.kind === "file") {
      writeFileSync(path, item.content);
      chmodSync(path, item.executable ? 0o755 : 0o644);
    } else if (item.kind === "link") {
      symlinkSync(item.target, path);
    } else {
      mkdirSync(path);
      makeFolder(path, item.items);
    }
  }
}

/** Makes a named pipe, which Node cannot. */
export function makePipe(path: string): void {
  execFileSync("sh", ["-c", 'mkfifo "$0"', path]);
}

/** What to commit, where it is not the usual. */
export interface CommitTextOptions {
  readonly context?: Context;
  readonly log?: string;
}

/** Commits an outcome with these texts as files: paths, with slashes, and contents. */
export async function commitTexts<C>(
  store: Store,
  dref: DRef<C>,
  texts: Readonly<Record<string, string>>,
  { context = emptyContext, log = "" }: CommitTextOptions = {},
): Promise<Committed<C>> {
  const folder = await store.tempFolder("build");
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const now = new Date();
  return store.commit(dref, folder, { context, record: buildRecord(now, now), log });
}
