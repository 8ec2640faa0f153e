import { extname } from "node:path";
import type { Json } from "../../core/config.ts";
import { parseJson } from "../../core/parse-json.ts";
import { jsonTable } from "./json-table.ts";

/** The beginning of a file in a form that can be shown. `isCut` tells that there is more. */
export type Preview =
  | { readonly kind: "picture"; readonly uri: string }
  /** A picture that is too large to be shown inside a page. */
  | { readonly kind: "large-picture" }
  | { readonly kind: "json"; readonly value: Json; readonly text: string; readonly isCut: boolean }
  | { readonly kind: "text"; readonly text: string; readonly isCut: boolean }
  | {
      readonly kind: "table";
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** How many rows there are in all, where that is known. */
      readonly total?: number;
      /** All of it in a few words, where that is known. */
      readonly about?: string;
      readonly isCut: boolean;
    };

/** A file to be previewed. */
export interface PreviewSource {
  readonly path: string;
  readonly sizeBytes: number;
  /** Reads at most that many bytes from the beginning. */
  read(count: number): Buffer;
}

const maxPictureBytes = 1_000_000;
const maxJsonBytes = 64_000;
const maxTextBytes = 16_000;
const maxLines = 40;
const maxLineLength = 240;
const maxRows = 8;
const maxColumns = 12;
const maxCellLength = 60;

/** Previews a file by what is in it; nothing for binary data. */
export function previewOf(source: PreviewSource): Preview | undefined {
  const head = source.read(64);
  const picture = pictureType(head);
  if (picture !== undefined) return previewPicture(source, picture);
  const extension = extname(source.path).toLowerCase();
  if (extension === ".svg") return previewSvg(source);
  if (extension === ".json" && source.sizeBytes <= maxJsonBytes)
    return previewJson(source) ?? previewText(source);
  if (extension === ".csv" || extension === ".tsv")
    return previewTable(source, extension === ".csv" ? "," : "\t");
  return previewText(source);
}

function pictureType(head: Buffer): string | undefined {
  const ascii = head.toString("latin1");
  if (ascii.startsWith("\u0089PNG\r\n\u001a\n")) return "image/png";
  if (ascii.startsWith("\u00ff\u00d8\u00ff")) return "image/jpeg";
  if (/^GIF8[79]a/u.test(ascii)) return "image/gif";
  if (/^RIFF[\s\S]{4}WEBP/u.test(ascii)) return "image/webp";
  return undefined;
}

function previewPicture(source: PreviewSource, type: string): Preview {
  if (source.sizeBytes > maxPictureBytes) return { kind: "large-picture" };
  return { kind: "picture", uri: `data:${type};base64,${source.read(source.sizeBytes).toString("base64")}` };
}

// As an image, where a browser runs none of the scripts and loads none of the resources that an SVG may name.
function previewSvg(source: PreviewSource): Preview | undefined {
  const text = textOf(source, Math.min(source.sizeBytes, maxPictureBytes));
  return text !== undefined && /<svg[\s>]/u.test(text)
    ? previewPicture(source, "image/svg+xml")
    : previewText(source);
}

function previewJson(source: PreviewSource): Preview | undefined {
  const text = textOf(source, maxJsonBytes);
  if (text === undefined) return undefined;
  try {
    const value = parseJson(text);
    const table = jsonTable(value, { rows: maxRows, columns: maxColumns, cellLength: maxCellLength });
    return table === undefined
      ? { kind: "json", value, ...firstLines(tidyJson(value)) }
      : { kind: "table", ...table };
  } catch {
    return undefined;
  }
}

const seriesWidth = 96;

/** JSON with indentation, NaN and infinite numbers as Python writes them; a series of numbers fills its lines instead of taking one for each number. */
export function tidyJson(value: Json): string {
  // No text in JSON holds a line break, so what looks like such an array is one.
  const series = /\[\n( +)((?:[\d.eE+-]+|NaN|-?Infinity)(?:,\n +(?:[\d.eE+-]+|NaN|-?Infinity))*)\n *\]/gu;
  return withWords(value).replaceAll(series, (_, indent: string, numbers: string) => {
    const lines = [""];
    for (const number of numbers.split(/,\n +/u)) {
      const line = lines.at(-1) ?? "";
      if (line !== "" && line.length + number.length > seriesWidth) lines.push(number);
      else lines[lines.length - 1] = line === "" ? number : `${line}, ${number}`;
    }
    return lines.length === 1
      ? `[${lines[0]}]`
      : `[\n${indent}${lines.join(`,\n${indent}`)}\n${indent.slice(2)}]`;
  });
}

// JSON.stringify would write null.
function withWords(value: Json): string {
  const text = JSON.stringify(
    value,
    (_, inner: unknown) => (typeof inner === "number" && !Number.isFinite(inner) ? `\u0000${inner}` : inner),
    2,
  );
  return text.replaceAll(/"\\u0000(NaN|-?Infinity)"/gu, "$1");
}

function previewText(source: PreviewSource): Preview | undefined {
  const text = textOf(source, maxTextBytes);
  if (text === undefined) return undefined;
  const { text: first, isCut } = firstLines(text);
  return { kind: "text", text: first, isCut: isCut || source.sizeBytes > maxTextBytes };
}

function previewTable(source: PreviewSource, separator: string): Preview | undefined {
  const text = textOf(source, maxTextBytes);
  if (text === undefined) return undefined;
  const isWhole = source.sizeBytes <= maxTextBytes;
  const rows = separatedValues(text, separator, maxRows + 2);
  if (!isWhole && rows.length < maxRows + 2) rows.pop();
  const [columns = [], ...lines] = rows;
  if (columns.length < 2) return previewText(source);
  const cut = (row: readonly string[]): string[] =>
    row.slice(0, maxColumns).map((cell) => cell.slice(0, maxCellLength));
  const isCut = !isWhole || lines.length > maxRows || columns.length > maxColumns;
  return { kind: "table", columns: cut(columns), rows: lines.slice(0, maxRows).map(cut), isCut };
}

/** Rows of comma- or tab-separated values (RFC 4180), at most `limit`; a quoted cell may hold separators and lines. */
export function separatedValues(text: string, separator: string, limit: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"?|([^${separator}\\r\\n]*))(${separator}|\\r?\\n|\\r|$)`, "gy");
  while (cell.lastIndex < text.length && rows.length < limit) {
    const match = cell.exec(text);
    if (match === null) break;
    const [, quoted, plain, end] = match;
    row.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === separator && cell.lastIndex < text.length) continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

// Text is what is UTF-8 without control characters that no text has; a character that the limit cuts in two does not count against it.
function textOf(source: PreviewSource, count: number): string | undefined {
  const bytes = source.read(Math.min(count, source.sizeBytes));
  if (bytes.some((byte) => byte < 0x20 && !textControls.has(byte))) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, {
      stream: bytes.length < source.sizeBytes,
    });
  } catch {
    return undefined;
  }
}

// Backspace, tab, line feed, form feed, carriage return, and the escape of terminal colours.
const textControls: ReadonlySet<number> = new Set([8, 9, 10, 12, 13, 27]);

function firstLines(text: string): { text: string; isCut: boolean } {
  const lines = text.split("\n");
  const kept = lines.slice(0, maxLines).map((line) => line.slice(0, maxLineLength));
  const isCut =
    lines.length > maxLines || lines.slice(0, maxLines).some((line) => line.length > maxLineLength);
  return { text: kept.join("\n"), isCut };
}
