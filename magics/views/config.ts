import { isJsonObject } from "../../core/config.ts";
import type { Json, JsonObject } from "../../core/config.ts";
import { isRefPath, isSelfPath } from "../../core/path.ts";
import { isDRef, nameOf, shortHash } from "../../core/ref.ts";
import type { DRef } from "../../core/ref.ts";
import type { View } from "./bundle.ts";
import { formatNumber, shorten } from "./format.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { sparkHtml } from "./series.ts";
import { textFields } from "./text-table.ts";

/** How a config is shown. */
export interface ConfigViewOptions {
  /** The link that a dependency's name becomes, such as `#lnx-3f2a91c0`; none, no link. */
  readonly link?: (dref: string) => string | undefined;
}

const maxText = 400;
const maxInline = 72;
const maxItems = 60;
const maxDepth = 6;
const maxSeriesWords = 8;

/** A config as a tree: the user's fields first, then what the stage was told apart from them (captured data, version). */
export function configView(config: JsonObject, options: ConfigViewOptions = {}): View {
  const rows = configRows(config);
  if (rows.length === 0) return { html: html`<span class="l-mut">empty</span>`, text: "(empty)" };
  return {
    html: fieldTable(
      rows.map(([name, value]) => [name, value]),
      options,
      0,
    ),
    text: textFields(rows.map(([name, value]) => [name, jsonText(value)])),
  };
}

/** The fields of a stored config that a person wants to see, with captured data, environment and version named in words. */
function configRows(config: JsonObject): readonly (readonly [string, Json])[] {
  const own = Object.entries(config).filter(([name]) => !name.startsWith("__"));
  const captured = config["__captured__"];
  const version = config["__version__"];
  const told = (word: string, values: Json | undefined): readonly (readonly [string, Json])[] =>
    isJsonObject(values)
      ? Object.entries(values).map(([name, value]) => [`${name} (${word})`, value] as const)
      : [];
  return [
    ...own,
    ...told("captured", captured),
    ...told("environment", config["__environment__"]),
    ...(version === undefined ? [] : [["version", version] as const]),
  ];
}

/** The first digits of the digest over the code of a stored config's realizer. */
export function sourceHash(config: JsonObject): string | undefined {
  const source = config["__source__"];
  const code = isJsonObject(source) ? source["code"] : undefined;
  return typeof code === "string" ? code.slice(0, 8) : undefined;
}

/** A JSON value of a config on one line, addresses and paths in words. */
export function jsonText(value: Json, length: number = maxInline): string {
  return shorten(compact(value, 0), length);
}

/** A JSON value of a config as HTML, nested as deep as it is. */
export function jsonHtml(value: Json, options: ConfigViewOptions = {}, depth: number = 0): Html {
  if (typeof value === "string" && isDRef(value)) return dependency(value, options);
  if (isSelfPath(value))
    return html`<span class="l-mut" title="a promised artifact">→</span>
      <code>${value.slice(1).join("/")}</code>`;
  if (isRefPath(value))
    return html`${dependency(value[0], options)}<code>/${value.slice(1).join("/")}</code>`;
  if (typeof value === "object" && value !== null) return nested(value, options, depth);
  if (typeof value === "string")
    return html`<code class="l-str">${JSON.stringify(shorten(value, maxText))}</code>`;
  return html`<code class="l-lit">${compact(value, 0)}</code>`;
}

/** How many rows {@link jsonHtml} makes of a value. */
export function jsonRows(value: Json, depth: number = 0): number {
  if (typeof value !== "object" || value === null || isOneRow(value, depth)) return 1;
  const inner = Object.values<Json>(value);
  return inner.reduce<number>((sum, one) => sum + jsonRows(one, depth + 1), 0);
}

function nested(value: readonly Json[] | JsonObject, options: ConfigViewOptions, depth: number): Html {
  if (isSeries(value) && compact(value, 0).length > maxInline) return seriesHtml(value);
  if (isOneRow(value, depth)) return html`<code>${shorten(compact(value, 0), maxText)}</code>`;
  const entries = Object.entries<Json>(value);
  return fieldTable(entries, options, depth);
}

function isOneRow(value: readonly Json[] | JsonObject, depth: number): boolean {
  if (depth >= maxDepth || isSeries(value)) return true;
  const short = compact(value, 0);
  const isTop = depth === 0 && isJsonObject(value) && short !== "{}";
  const hasPlaces =
    short.includes("→") ||
    Object.values(value).some((inner: Json) => typeof inner === "string" && isDRef(inner));
  return short.length <= maxInline && !hasPlaces && !isTop;
}

// What was measured in every epoch: nobody reads a hundred numbers in a column.
function isSeries(value: readonly Json[] | JsonObject): value is readonly number[] {
  return Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === "number");
}

function seriesHtml(series: readonly number[]): Html {
  const words = series.map((value) => formatNumber(value, 4));
  if (words.length <= maxSeriesWords)
    return html`${sparkHtml(series)} <code class="l-lit">${words.join(", ")}</code>`;
  const ends = `${words.slice(0, 3).join(", ")}, …, ${words.slice(-3).join(", ")}`;
  return html`${sparkHtml(series)} <code class="l-lit">${ends}</code>
    <span class="l-mut">${series.length} values</span>`;
}

function fieldTable(
  entries: readonly (readonly [string, Json])[],
  options: ConfigViewOptions,
  depth: number,
): Html {
  const rows = entries.slice(0, maxItems).map(
    ([name, value]) =>
      html`<tr>
        <th>${shorten(name, 80)}</th>
        <td>${jsonHtml(value, options, depth + 1)}</td>
      </tr>`,
  );
  const more = entries.length - maxItems;
  const rest =
    more > 0
      ? html`<tr>
          <th></th>
          <td class="l-mut">and ${more} more</td>
        </tr>`
      : undefined;
  return html`<table class="l-fields">
    <tbody>
      ${rows}${rest}
    </tbody>
  </table>`;
}

function dependency(dref: DRef, { link }: ConfigViewOptions): Html {
  const name = nameOf(dref);
  const target = link?.(dref);
  const short = html`<code class="l-hash" title="${dref}">${shortHash(dref)}</code>`;
  return target === undefined ? html`${name} ${short}` : html`<a href="${target}">${name}</a> ${short}`;
}

function compact(value: Json, depth: number): string {
  if (typeof value === "string")
    return isDRef(value) ? dependencyText(value) : JSON.stringify(shorten(value, maxText));
  if (typeof value === "number") return formatNumber(value, 15);
  if (typeof value !== "object" || value === null) return String(value);
  if (isSelfPath(value)) return `→ ${value.slice(1).join("/")}`;
  if (isRefPath(value)) return `${dependencyText(value[0])}/${value.slice(1).join("/")}`;
  if (depth >= maxDepth) return "…";
  if (isJsonObject(value)) {
    const fields = Object.entries(value).slice(0, maxItems);
    return fields.length === 0
      ? "{}"
      : `{ ${fields.map(([name, inner]) => `${name}: ${compact(inner, depth + 1)}`).join(", ")} }`;
  }
  return `[${value
    .slice(0, maxItems)
    .map((inner) => compact(inner, depth + 1))
    .join(", ")}]`;
}

function dependencyText(dref: DRef): string {
  return `${nameOf(dref)} ${shortHash(dref)}`;
}
