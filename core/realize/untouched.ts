import { lstatSync, readdirSync } from "node:fs";
import { contextEntries, type Context } from "../context.ts";
import { BuildFault } from "../executors/build-fault.ts";
import { parseRRef } from "../ref.ts";
import { Breath } from "../store/breath.ts";
import type { Store } from "../store/store.ts";

/** The time of the file system that a folder lies on, which is not always that of the machine: when the folder was made. */
export function fileTime(folder: string): number {
  return lstatSync(folder).mtimeMs;
}

/**
 * Checks that the realizations that a realizer works on are what they were before it ran. They are read-only, but the superuser may
 * write all the same. What is looked at are times and permissions of files and folders, so that it costs little.
 *
 * @throws {BuildFault} `wrote-outside`
 */
export async function checkUntouched(store: Store, context: Context, since: number): Promise<void> {
  const breath = new Breath();
  for (const rref of contextEntries(context).flatMap(([, rrefs]) => rrefs)) {
    const folders = [store.path(rref)];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      const touched = touchedIn(folder, folders, since);
      if (touched !== undefined) throw wroteOutside(touched, parseRRef(rref).name, rref);
      await breath.take();
    }
  }
}

/** What has changed in a folder; the folders in it are added to those that are looked at next. */
function touchedIn(folder: string, folders: string[], since: number): string | undefined {
  const inside = readdirSync(folder, { withFileTypes: true });
  for (const entry of inside) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) folders.push(path);
    // What a link leads to is somewhere else in the same realization.
    else if (!entry.isSymbolicLink() && isTouched(path, since)) return path;
  }
  // The folder comes last: that a file has changed says more than that something was made, replaced or removed.
  return isTouched(folder, since) ? folder : undefined;
}

function isTouched(path: string, since: number): boolean {
  const { mtimeMs, ctimeMs, mode } = lstatSync(path);
  // A hard link to a file, which is no harm, changes its ctime as well.
  return mtimeMs > since || (ctimeMs > since && (mode & 0o222) !== 0);
}

function wroteOutside(path: string, name: string, rref: string): BuildFault {
  return new BuildFault(
    "wrote-outside",
    `it wrote outside of its folder: "${path}", which belongs to a realization of "${name}" that it was to read, was changed while it ran. ` +
      `\`verify\` says whether ${rref} is damaged, and \`repair\` puts that right`,
  );
}
