import { readFileSync, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CommError } from "../errors.ts";
import type { WidgetFile } from "./widget.ts";

// An editor writes a file in several steps.
const settleMs = 50;

/** A text as it is now, and what ends the watch over it. */
export interface Source {
  readonly text: string;
  close(): void;
}

/** What {@link openSource} is told. */
export interface SourceOptions {
  /** Where relative paths start. */
  readonly folder: string;
  /** Told of the new text when the file has changed. */
  readonly onChange: (text: string) => void;
}

/**
 * Reads a text, and watches over the file that it stands in. Nothing is kept alive by that.
 *
 * @throws CommError `unreadable-source`
 */
export function openSource(given: string | WidgetFile, { folder, onChange }: SourceOptions): Source {
  if (typeof given === "string") return { text: given, close: () => undefined };
  const path = given.file instanceof URL ? fileURLToPath(given.file) : resolve(folder, given.file);
  let text = read(path);
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const now = readIfThere(path);
    if (now === undefined || now === text) return;
    text = now;
    onChange(now);
  };
  // The folder, because editors put a new file in the place of the old one.
  const watcher = watch(dirname(path), { persistent: false }, (_, name) => {
    if (name !== null && name !== basename(path)) return;
    clearTimeout(timer);
    timer = setTimeout(look, settleMs).unref();
  });
  // The folder may be removed: then the text stays as it is.
  watcher.on("error", () => watcher.close());
  const close = (): void => {
    clearTimeout(timer);
    watcher.close();
  };
  return { text, close };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommError("unreadable-source", `Cannot read the source of a widget "${path}": ${why}`, {
      cause,
    });
  }
}

// While it is being replaced there may be none, and half of it is nothing to show.
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
