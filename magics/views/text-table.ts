import { visible } from "./html.ts";

/** A column of a text table. */
export interface TextColumn {
  readonly title: string;
  readonly align?: "left" | "right";
}

/**
 * A table for a terminal: columns two spaces apart, a line below the titles, no trailing blanks. Cells are made visible
 * and put on one line.
 *
 * @example
 * textTable([{ title: "stage" }, { title: "size", align: "right" }], [["digits", "2.1 MB"]]);
 */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => columns.map((_, index) => oneLine(row[index] ?? "")));
  const titles = columns.map(({ title }) => oneLine(title));
  const widths = titles.map((title, index) =>
    Math.max(textWidth(title), ...cells.map((row) => textWidth(row[index] ?? ""))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => align(cell, widths[index] ?? 0, columns[index]?.align ?? "left"))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [...(titles.some((title) => title !== "") ? [line(titles), rule] : []), ...cells.map(line)].join(
    "\n",
  );
}

/** Labels and values in two columns. */
export function textFields(fields: readonly (readonly [string, string])[], indent = ""): string {
  const width = Math.max(0, ...fields.map(([label]) => textWidth(label)));
  return fields
    .map(([label, value]) => `${indent}${align(label, width, "left")}  ${oneLine(value)}`.trimEnd())
    .join("\n");
}

/** The text with two blanks before every line. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gmu, "  ");
}

/** How many columns of a terminal a text takes: two for wide East Asian characters and most pictographs. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function align(text: string, width: number, side: "left" | "right"): string {
  const blanks = " ".repeat(Math.max(0, width - textWidth(text)));
  return side === "left" ? text + blanks : blanks + text;
}

function oneLine(text: string): string {
  return visible(text)
    .replace(/\s*\n\s*/gu, " ⏎ ")
    .replaceAll("\t", " ");
}
