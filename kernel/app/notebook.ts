import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { makeFolders } from "../../core/store/make-folders.ts";
import { isJsonObject, messageOf } from "../wire/json.ts";
import type { MimeBundle } from "../wire/contents/display.ts";
import { AppError } from "./errors.ts";

/** Text as notebooks hold it: whole, or in lines that keep their ends. */
export type MultilineText = string | readonly string[];

/** What a code cell showed. */
export type CellOutput =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; readonly text: MultilineText }
  | { readonly output_type: "display_data"; readonly data: MimeBundle; readonly metadata: MimeBundle }
  | {
      readonly output_type: "execute_result";
      readonly execution_count: number | null;
      readonly data: MimeBundle;
      readonly metadata: MimeBundle;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

/** A cell of a notebook; unknown fields are kept. */
export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly source: MultilineText;
  readonly metadata: { readonly tags?: readonly string[]; readonly [more: string]: unknown };
  /** Of code cells only. */
  readonly execution_count?: number | null;
  /** Of code cells only. */
  readonly outputs?: readonly CellOutput[];
  readonly [more: string]: unknown;
}

/** A notebook file, format 4; unknown fields are kept. */
export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: 4;
  readonly nbformat_minor: number;
}

/**
 * Reads a notebook.
 *
 * @throws {AppError} `unreadable-notebook` when there is no such file, or it is no notebook of format 4
 */
export async function readNotebook(path: string): Promise<Notebook> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw unreadable(path, messageOf(cause), cause);
  }
  if (!isNotebook(content)) throw unreadable(path, "it is not a notebook of format 4");
  return content;
}

/** Writes a notebook in one step, with its texts in lines, as Jupyter does. Parent folders are made. */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: linesOf(cell.source),
    ...(cell.outputs && { outputs: cell.outputs.map(outputInLines) }),
  }));
  makeFolders(dirname(resolve(path)));
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`);
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Text of a notebook in one piece. */
export function textOf(text: MultilineText): string {
  return typeof text === "string" ? text : text.join("");
}

/** Whether a cell has a tag. */
export function hasTag({ metadata }: Cell, tag: string): boolean {
  return Array.isArray(metadata.tags) && metadata.tags.includes(tag);
}

function linesOf(text: MultilineText): readonly string[] {
  return textOf(text).match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function outputInLines(output: CellOutput): CellOutput {
  if (output.output_type === "stream") return { ...output, text: linesOf(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    typeof value === "string" && isTextual(type) ? linesOf(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

// nbformat splits exactly these (nbformat/v4/rwbase.py): pictures in base64 stay in one piece.
function isTextual(mimeType: string): boolean {
  return /^text\/|^image\/svg\+xml$|^application\/javascript$/.test(mimeType);
}

function isNotebook(content: unknown): content is Notebook {
  if (!isJsonObject(content)) return false;
  const { nbformat, cells, metadata } = content;
  return nbformat === 4 && isJsonObject(metadata) && Array.isArray(cells) && cells.every(isCell);
}

function isCell(content: unknown): content is Cell {
  if (!isJsonObject(content)) return false;
  const { cell_type, source, metadata } = content;
  const isText = typeof source === "string" || Array.isArray(source);
  return typeof cell_type === "string" && isText && isJsonObject(metadata);
}

function unreadable(path: string, why: string, cause?: unknown): AppError {
  return new AppError(
    "unreadable-notebook",
    `Cannot read the notebook "${path}": ${why}`,
    { path },
    { cause },
  );
}
