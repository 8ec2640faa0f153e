import { inspect, types } from "node:util";
import { showers } from "./duck-types.ts";
import { textOfHtml } from "./escape.ts";
import { base64, pictureBundle, pictureKind } from "./image.ts";
import type { MimeBundle } from "./mime.ts";
import { isPlainObject } from "./plain.ts";
import { tableOf } from "./table-of.ts";
import { tableHtml, tableText } from "./table.ts";
import { messageOf, textOf } from "./text.ts";
import type { TextOptions } from "./text.ts";

/** The method by which an object says how it is shown, as in Deno. It gives a bundle, or the promise of one. */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display") as never;

/**
 * What a value is shown as. A promise only when the value's own display method gives one.
 *
 * In this order: the value's own `Symbol.for("Jupyter.display")`; pictures in bytes; Vega, Vega-Lite and Plotly; elements with
 * `outerHTML`; canvases; data frames; tensors and matrices; arrays of objects, of arrays and of numbers (typed arrays) and Maps as a table; else text. Nothing that goes wrong
 * on the way is thrown: the value is then shown as text.
 */
export function toBundle(
  value: unknown,
  options: Partial<TextOptions> = {},
): MimeBundle | Promise<MimeBundle> {
  const text: TextOptions = { colours: options.colours ?? true };
  if (typeof value !== "object" && typeof value !== "function") return plain(value, text);
  if (value === null) return plain(value, text);
  // Data frames may be proxies. A proxy is asked for this and nothing else.
  const own = ownBundle(value, text);
  if (own !== undefined) return own;
  if (types.isProxy(value)) return plain(value, text);
  if (typeof Blob === "function" && value instanceof Blob) return blobBundle(value, text);
  const shown = shownBundle(value);
  if (shown === undefined) return plain(value, text);
  const whole = (bundle: MimeBundle): MimeBundle => ({
    // Converters that show the text instead of what is richer show it as it stands.
    "text/plain": twinOf(bundle) ?? textOf(value, { colours: false }),
    ...bundle,
  });
  return types.isPromise(shown) ? shown.then(whole).catch(() => plain(value, text)) : whole(shown);
}

/** A bundle as a user made it: bytes become base64, `text/plain` is added where it is missing. */
export function checkedBundle(given: unknown): MimeBundle {
  if (!isPlainObject(given))
    throw new TypeError(`Cannot show a bundle: it is no object of MIME types but ${typeof given}`);
  const bundle: MimeBundle = {};
  for (const [type, content] of Object.entries(given)) {
    if (!type.includes("/")) throw new TypeError(`Cannot show a bundle: "${type}" is no MIME type`);
    if (content !== undefined) bundle[type] = types.isUint8Array(content) ? base64(content) : content;
  }
  return { "text/plain": twinOf(bundle) ?? `[${Object.keys(bundle).join(", ")}]`, ...bundle };
}

/** What stands for a rich output where only text can be shown. */
function twinOf(bundle: MimeBundle): string | undefined {
  for (const type of ["text/plain", "text/markdown", "text/latex"]) {
    if (typeof bundle[type] === "string") return bundle[type];
  }
  if (typeof bundle["text/html"] === "string") return textOfHtml(bundle["text/html"]) || "[HTML]";
  return "image/svg+xml" in bundle ? "[SVG image]" : undefined;
}

function plain(value: unknown, options: TextOptions): MimeBundle {
  return { "text/plain": textOf(value, options) };
}

function ownBundle(value: object, options: TextOptions): MimeBundle | Promise<MimeBundle> | undefined {
  const fallback = (error: unknown): MimeBundle => ({
    "text/plain": `${textOf(value, options)}\n[its Jupyter.display method failed: ${messageOf(error)}]`,
  });
  try {
    const method: unknown = displaySymbol in value ? value[displaySymbol] : undefined;
    if (typeof method !== "function") return undefined;
    const given: unknown = Reflect.apply(method, value, []);
    const checked = (made: unknown): MimeBundle => withOwnText(checkedBundle(made), value, options);
    return types.isPromise(given) ? given.then(checked).catch(fallback) : checked(given);
  } catch (error) {
    return fallback(error);
  }
}

// A value that says how it is written says it better than the text of its HTML: Polars' frames draw a box and tell their shape, which
// their HTML does not. To inspect a proxy runs nothing of it.
function withOwnText(bundle: MimeBundle, value: object, options: TextOptions): MimeBundle {
  const html = bundle["text/html"];
  if (typeof html !== "string" || !(types.isProxy(value) || inspect.custom in value)) return bundle;
  const text = textOf(value, options);
  const shape = /^shape: \([\d_, ]+\)/u.exec(text)?.[0];
  if (shape === undefined) return bundle;
  return { ...bundle, "text/html": `${html}<p>${shape}</p>`, "text/plain": text };
}

function shownBundle(value: object): MimeBundle | Promise<MimeBundle> | undefined {
  for (const show of showers) {
    try {
      const shown = show(value);
      if (shown !== undefined) return shown;
    } catch {
      // It only looked like one.
    }
  }
  const table = tableOf(value);
  if (table === undefined) return undefined;
  const text = isInline(value) ? textOf(value, { colours: false }) : tableText(table);
  return { "text/html": tableHtml(table), "text/plain": text };
}

// One row says as much in its own notation, and so do the numbers of a typed array, the entries of a Map and a small matrix.
function isInline(value: object): boolean {
  if (ArrayBuffer.isView(value) || types.isMap(value)) return true;
  if (!Array.isArray(value)) return false;
  return value.length === 1 || (value.length <= maxInline && value.every(isShort));
}

const maxInline = 6;

function isShort(row: unknown): boolean {
  return (Array.isArray(row) || ArrayBuffer.isView(row)) && (row as ArrayLike<unknown>).length <= maxInline;
}

async function blobBundle(blob: Blob, options: TextOptions): Promise<MimeBundle> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const kind = pictureKind(bytes);
  return kind === undefined ? plain(blob, options) : pictureBundle(bytes, kind);
}
