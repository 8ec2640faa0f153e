import type { Series } from "../../core/index.ts";
import { formatNumber } from "./format.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { inlinePicture } from "./unstyled.ts";

const width = 72;
const height = 18;
const maxPoints = 64;
const blocks = "▁▂▃▄▅▆▇█";

/** A series as a line as high as the text around it, with its ends and extremes in the title. */
export function sparkHtml(series: Series): Html {
  const shown = thinned(series, maxPoints);
  const [low, high] = rangeOf(shown);
  const step = shown.length > 1 ? (width - 4) / (shown.length - 1) : 0;
  const y = (value: number): number => height - 3 - ((value - low) / (high - low || 1)) * (height - 6);
  const segments: string[] = [];
  let isPen = false;
  for (const [index, value] of shown.entries()) {
    if (!Number.isFinite(value)) isPen = false;
    else {
      segments.push(`${isPen ? "L" : "M"}${(2 + index * step).toFixed(1)} ${y(value).toFixed(1)}`);
      isPen = true;
    }
  }
  const last = shown.findLastIndex(Number.isFinite);
  const end =
    last === -1
      ? undefined
      : html`<circle
          cx="${(2 + last * step).toFixed(1)}"
          cy="${y(shown[last] ?? 0).toFixed(1)}"
          r="1.8"
        ></circle>`;
  const picture = html`<svg
    class="l-spark"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="${aboutSeries(series)}"
  >
    <title>${aboutSeries(series)}</title>
    <path d="${segments.join("")}"></path>
    ${end}
  </svg>`;
  return inlinePicture(picture, sparkText(series));
}

/** A series as a few blocks. */
export function sparkText(series: Series): string {
  const shown = thinned(series, 12);
  const [low, high] = rangeOf(shown);
  return shown
    .map((value) =>
      Number.isFinite(value)
        ? blocks[Math.round(((value - low) / (high - low || 1)) * (blocks.length - 1))]
        : " ",
    )
    .join("");
}

/** `20 values, 2.31 to 0.18, least 0.17, most 2.31`; of one that ended otherwise also `NaN at last`. */
export function aboutSeries(series: Series): string {
  const finite = series.filter(Number.isFinite);
  const [first] = finite;
  const last = finite.at(-1);
  if (first === undefined || last === undefined) return `${series.length} values, none of them finite`;
  const [low, high] = rangeOf(finite);
  const figures = (value: number): string => formatNumber(value, 4);
  const end = series.at(-1) === last ? "" : `, ${series.at(-1)} at last`;
  return `${series.length} values, ${figures(first)} to ${figures(last)}, least ${figures(low)}, most ${figures(high)}${end}`;
}

function rangeOf(values: Series): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Every so-manieth value, the last one always. */
export function thinned(series: Series, most: number): Series {
  if (series.length <= most) return series;
  const step = (series.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => series[Math.round(index * step)] ?? Number.NaN);
}
