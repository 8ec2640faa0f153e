import { randomBytes } from "node:crypto";
import { lstatSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LightnixError } from "../errors.ts";
import { drefOf, isRRef, parseDRef, type DRef, type RRef } from "../ref.ts";
import { makeFolders } from "../store/make-folders.ts";
import type { Store } from "../store/store.ts";

/** How to link. */
export interface LinkOptions {
  /**
   * What the link is called, with `{name}`, `{time}`, `{hash}` and `{dhash}` in place of those of what it leads to. `{time}` is
   * when a realization was finished (now, for a derivation) as `20260131-235959`, in UTC. `{name}` unless given.
   */
  readonly format?: string | undefined;
}

/**
 * Makes a link to the folder of a realization or derivation in a folder outside of the store, and returns its path. A link that
 * is there already is replaced in one step, so that nobody finds none. The folder is made if need be; it can be given as a root
 * (see `keepFolder`), and then what the link leads to is not collected. (Pylightnix: `linkrref`, `linkdref`.)
 *
 * @throws {LightnixError} `unknown-realization`, `unknown-derivation`; `invalid-link-name`; `in-the-way` when there is something
 *   else than a link
 */
export function linkInto(
  store: Store,
  ref: DRef | RRef,
  folder: string,
  { format = "{name}" }: LinkOptions = {},
): string {
  const name = linkName(store, ref, format);
  const path = join(resolve(folder), name);
  makeFolders(resolve(folder));
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isSymbolicLink()) {
    throw new LightnixError(
      "in-the-way",
      `Cannot make the link "${path}": something else than a link is there. Remove it, or give another format`,
      { data: { path, ref } },
    );
  }
  replaceLink(path, store.path(ref));
  return path;
}

/** Makes a link, or changes where it leads in one step. */
export function replaceLink(path: string, target: string): void {
  const fresh = join(dirname(path), `.${randomBytes(6).toString("hex")}.new-link`);
  symlinkSync(target, fresh);
  try {
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** Whether a name is that of a link that was about to be put into its place. */
export function isUnfinishedLink(name: string): boolean {
  return /^\.[0-9a-f]{12}\.new-link$/.test(name);
}

function linkName(store: Store, ref: DRef | RRef, format: string): string {
  const { name, hash: dhash } = parseDRef(isRRef(ref) ? drefOf(ref) : ref);
  const when = isRRef(ref) ? new Date(store.buildRecord(ref).stopped) : new Date();
  if (!isRRef(ref)) store.config(ref);
  const parts: Record<string, string> = {
    name,
    dhash,
    hash: isRRef(ref) ? ref.slice(5, 37) : dhash,
    time: when.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-"),
  };
  const text = format.replaceAll(/\{(\w+)\}/g, (whole, part: string) => parts[part] ?? whole);
  if (text !== "" && text !== "." && text !== ".." && !/[/\0]|\{\w+\}/.test(text)) return text;
  throw new LightnixError(
    "invalid-link-name",
    `Cannot name a link "${text}": a name is one segment of a path, and its format knows {name}, {time}, {hash} and {dhash}`,
    { data: { format } },
  );
}
