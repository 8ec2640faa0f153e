import { types } from "node:util";
import { pictureBundle, pictureKind } from "./image.ts";
import type { MimeBundle } from "./mime.ts";
import { isPlainObject, tableHtml, tableText } from "./table.ts";
import type { Table } from "./table.ts";

/** A way to show values of one kind; nothing for values of others. What it throws, the caller takes for "nothing". */
export type Shower = (value: object) => MimeBundle | undefined;

/** How values of well-known libraries and shapes are shown, the most telling first. `text/plain` is added by the caller. */
export const showers: readonly Shower[] = [
  showBytes,
  showSpec,
  showPlotly,
  showBuilder,
  showElement,
  showCanvas,
  showArquero,
  showPolars,
];

function showBytes(value: object): MimeBundle | undefined {
  if (!types.isUint8Array(value)) return undefined;
  const kind = pictureKind(value);
  return kind && pictureBundle(value, kind);
}

// https://vega.github.io/schema/vega-lite/v5.json
function showSpec(value: object): MimeBundle | undefined {
  const schema = isPlainObject(value) ? ownValue(value, "$schema") : undefined;
  const match =
    typeof schema === "string" ? /vega\.github\.io\/schema\/(vega|vega-lite)\/v(\d+)/u.exec(schema) : null;
  if (match === null) return undefined;
  return { [`application/vnd.${match[1] === "vega" ? "vega" : "vegalite"}.v${match[2]}+json`]: value };
}

function showPlotly(value: object): MimeBundle | undefined {
  if (
    !isPlainObject(value) ||
    !Array.isArray(ownValue(value, "data")) ||
    !isPlainObject(ownValue(value, "layout"))
  )
    return undefined;
  const isFigure = Object.keys(value).every((key) => ["data", "layout", "config", "frames"].includes(key));
  return isFigure ? { "application/vnd.plotly.v1+json": value } : undefined;
}

// Builders of Vega-Lite specifications.
function showBuilder(value: object): MimeBundle | undefined {
  if (!("toSpec" in value) || typeof value.toSpec !== "function") return undefined;
  const spec: unknown = value.toSpec();
  return typeof spec === "object" && spec !== null ? showSpec(spec) : undefined;
}

function showElement(value: object): MimeBundle | undefined {
  if (isPlainObject(value) || !("outerHTML" in value) || typeof value.outerHTML !== "string")
    return undefined;
  const html = value.outerHTML;
  return /^<svg\b/iu.test(html) ? { "image/svg+xml": html } : { "text/html": html };
}

function showCanvas(value: object): MimeBundle | undefined {
  if (!("toDataURL" in value) || typeof value.toDataURL !== "function") return undefined;
  const url: unknown = value.toDataURL();
  const match = typeof url === "string" ? /^data:(image\/[a-z+.-]+);base64,(.*)$/su.exec(url) : null;
  return match === null ? undefined : { [match[1] ?? ""]: match[2] };
}

interface ArqueroTable {
  columnNames(): string[];
  numRows(): number;
  objects(options: { limit: number }): Record<string, unknown>[];
}

function showArquero(value: object): MimeBundle | undefined {
  const methods = ["columnNames", "numRows", "objects", "toArrowIPC"];
  if (!methods.every((name) => name in value && typeof Reflect.get(value, name) === "function"))
    return undefined;
  const frame = value as ArqueroTable;
  const columns = frame.columnNames();
  return showRecords(frame.objects({ limit: rowsAtMost }), { columns, total: frame.numRows() });
}

function showPolars(value: object): MimeBundle | undefined {
  if (
    !("schema" in value) ||
    !("head" in value) ||
    typeof value.head !== "function" ||
    !("toRecords" in value)
  )
    return undefined;
  const first = value.head(rowsAtMost) as { toRecords(): Record<string, unknown>[] };
  const records = first.toRecords();
  const columns = Object.keys(value.schema as object);
  const total = "height" in value && typeof value.height === "number" ? value.height : records.length;
  return showRecords(records, { columns, total });
}

const rowsAtMost = 60;

function showRecords(
  records: readonly Record<string, unknown>[],
  { columns, total }: Pick<Table, "columns" | "total">,
): MimeBundle {
  const table = { columns, rows: records.map((record) => columns.map((name) => record[name])), total };
  return { "text/html": tableHtml(table), "text/plain": tableText(table) };
}

function ownValue(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value as unknown;
}
