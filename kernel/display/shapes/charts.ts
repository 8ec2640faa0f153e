import { isPlainObject } from "../plain.ts";
import { hasMethods, ownValue } from "./shower.ts";
import type { Shower, Shown } from "./shower.ts";

/** Specifications of charts, what builds them, and Vega's views. */
export const chartShowers: readonly Shower[] = [showSpec, showFigure, showTraces, showBuilder, showView];

// https://vega.github.io/schema/vega-lite/v5.json
function showSpec(value: object): Shown {
  const schema = isPlainObject(value) ? ownValue(value, "$schema") : undefined;
  const match =
    typeof schema === "string" ? /vega\.github\.io\/schema\/(vega|vega-lite)\/v(\d+)/u.exec(schema) : null;
  if (match === null) return undefined;
  return { [`application/vnd.${match[1] === "vega" ? "vega" : "vegalite"}.v${match[2]}+json`]: value };
}

const plotly = "application/vnd.plotly.v1+json";

function showFigure(value: object): Shown {
  if (!isPlainObject(value)) return undefined;
  const [data, layout] = [ownValue(value, "data"), ownValue(value, "layout")];
  const isFigure =
    Array.isArray(data) &&
    (isPlainObject(layout) || (layout === undefined && areTraces(data))) &&
    Object.keys(value).every((key) => ["data", "layout", "config", "frames"].includes(key));
  return isFigure ? { [plotly]: layout === undefined ? { ...value, layout: {} } : value } : undefined;
}

function showTraces(value: object): Shown {
  return Array.isArray(value) && areTraces(value) ? { [plotly]: { data: value, layout: {} } } : undefined;
}

const traceTypes = new Set(
  `bar barpolar box candlestick carpet choropleth choroplethmap cone contour contourcarpet densitymap funnel funnelarea
  heatmap histogram histogram2d histogram2dcontour icicle image indicator isosurface mesh3d ohlc parcats parcoords pie sankey
  scatter scatter3d scattercarpet scattergeo scattergl scattermap scatterpolar scatterpolargl scattersmith scatterternary splom
  streamtube sunburst surface table treemap violin volume waterfall`.split(/\s+/u),
);

/** Whether these are what Plotly calls traces: each says what it is, and has data in arrays. */
function areTraces(values: readonly unknown[]): boolean {
  return values.length > 0 && values.length <= 1000 && values.every(isTrace);
}

function isTrace(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const type = ownValue(value, "type");
  if (typeof type !== "string" || !traceTypes.has(type)) return false;
  return ["x", "y", "z", "values", "r", "lat", "open", "a", "dimensions"].some((key) => {
    const data = ownValue(value, key);
    return Array.isArray(data) || ArrayBuffer.isView(data);
  });
}

// Builders of Vega-Lite specifications.
function showBuilder(value: object): Shown {
  if (!hasMethods(value, "toSpec")) return undefined;
  const spec = value.toSpec();
  return typeof spec === "object" && spec !== null ? showSpec(spec) : undefined;
}

// A view of Vega draws itself.
function showView(value: object): Shown {
  if (!hasMethods(value, "toSVG", "runAsync", "signal")) return undefined;
  return Promise.resolve(value.toSVG()).then((svg) => ({
    "image/svg+xml": String(svg),
    "text/plain": "[SVG image of a Vega view]",
  }));
}
