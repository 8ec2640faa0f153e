import { readdirSync } from "node:fs";
import type { Dirent } from "node:fs";
import { resolve } from "node:path";

/** One way to go on with a path. */
export interface PathChoice {
  /** The name of a file, or that of a folder with a `/`. */
  readonly text: string;
  readonly isFolder: boolean;
}

/** The path that is being typed. */
export interface TypedPath {
  /** All of it, as far as the cursor. */
  readonly path: string;
  /** Where its last name begins. */
  readonly start: number;
}

const tokens =
  /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|(?<string>"(?:\\.|[^"\\\n])*(?:"|(?=\n)|$)|'(?:\\.|[^'\\\n])*(?:'|(?=\n)|$)|`(?:\\.|[^`\\])*(?:`|$))/gu;

/** The path in a string literal that a cursor stands in; nothing where there is none, or no plain one. */
export function pathInString(text: string, at: number): TypedPath | undefined {
  for (const { index, 0: token, groups } of text.matchAll(tokens)) {
    if (index >= at) return undefined;
    const isInside = at < index + token.length || !token.endsWith(token[0] ?? "") || token.length === 1;
    if (groups?.["string"] === undefined || at > index + token.length || !isInside) continue;
    return typedPath(text.slice(index + 1, at), at);
  }
  return undefined;
}

/** The path in a word of a magic that a cursor stands in; it has to begin as one, unless `isSure` that it is one. */
export function pathInWord(text: string, at: number, isSure: boolean = false): TypedPath | undefined {
  const form = isSure ? /(?<=[\s!]["']?)[^\s"'!]*$/u : /(?<=\s["']?)(?:\.{0,2}\/)[^\s"']*$/u;
  const word = form.exec(text.slice(0, at))?.[0];
  return word === undefined ? undefined : typedPath(word, at);
}

function typedPath(path: string, at: number): TypedPath | undefined {
  if (/[\\\n$*?<>|]/u.test(path) || /^[a-z]{2,}:/iu.test(path)) return undefined;
  return { path, start: at - (path.length - path.lastIndexOf("/") - 1) };
}

// More is no help, and folders may have millions.
const most = 500;

/** The files and folders that a path may become, relative to a folder; folders first. Hidden ones only when asked for by a dot. */
export function pathChoices({ path }: TypedPath, folder: string): PathChoice[] {
  const cut = path.lastIndexOf("/") + 1;
  const begin = path.slice(cut);
  return entriesOf(resolve(folder, path.slice(0, cut) || "."))
    .filter(({ name }) => name.startsWith(begin) && (begin.startsWith(".") || !name.startsWith(".")))
    .map((entry) => ({
      text: entry.isDirectory() ? `${entry.name}/` : entry.name,
      isFolder: entry.isDirectory(),
    }))
    .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || (a.text < b.text ? -1 : 1))
    .slice(0, most);
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
