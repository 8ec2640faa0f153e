import type { MimeBundle } from "../../wire/contents/display.ts";
import { escapeHtml } from "../../display/escape.ts";
import type { Notebook } from "../notebook.ts";

/** What draws charts: JavaScript that a page carries in itself. */
export interface ChartLibrary {
  /** The package. */
  readonly name: string;
  /** Its build for browsers, which makes one global variable. */
  readonly code: string;
}

/** A kind of chart, and the packages that draw it in a browser, in the order in which they are loaded. */
export interface ChartKind {
  readonly name: "vega" | "vega-lite" | "plotly";
  readonly title: string;
  readonly packages: readonly string[];
  /** Makes the chart more comfortable when it is there, too. */
  readonly optional: readonly string[];
}

/** A specification of a chart, found in a bundle. */
export interface Chart {
  readonly kind: ChartKind;
  readonly spec: unknown;
}

const kinds: readonly (ChartKind & { readonly type: RegExp })[] = [
  {
    name: "vega-lite",
    title: "Vega-Lite",
    type: /^application\/vnd\.vegalite\.v\d+(?:\.\d+)*\+json$/u,
    packages: ["vega", "vega-lite"],
    optional: ["vega-embed"],
  },
  {
    name: "vega",
    title: "Vega",
    type: /^application\/vnd\.vega\.v\d+(?:\.\d+)*\+json$/u,
    packages: ["vega"],
    // Vega-Embed does not load without Vega-Lite.
    optional: ["vega-lite", "vega-embed"],
  },
  {
    name: "plotly",
    title: "Plotly",
    type: /^application\/vnd\.plotly\.v1\+json$/u,
    packages: ["plotly.js-dist-min"],
    optional: [],
  },
];

/** The chart of a bundle, if it has one. */
export function chartOf(data: MimeBundle): Chart | undefined {
  for (const [type, spec] of Object.entries(data)) {
    const kind = kinds.find((one) => one.type.test(type));
    if (kind !== undefined && typeof spec === "object") return { kind, spec };
  }
  return undefined;
}

/** The kinds of charts in a notebook. */
export function chartKinds({ cells }: Notebook): ReadonlySet<ChartKind> {
  const outputs = cells.flatMap((cell) => cell.outputs ?? []);
  const charts = outputs.map((output) => ("data" in output ? chartOf(output.data) : undefined));
  return new Set(charts.flatMap((chart) => (chart === undefined ? [] : [chart.kind])));
}

/** Where a chart is drawn, by what {@link chartScript} does; its specification is there until then. */
export function chartHtml({ kind, spec }: Chart): string {
  return `<figure class="chart" data-chart="${kind.name}"><script type="application/json">${scriptJson(spec)}</script>
<noscript>A chart of ${kind.title}, which JavaScript draws.</noscript></figure>`;
}

/** What stands for a chart that cannot be drawn: its specification, and what would draw it. */
export function undrawnHtml({ kind, spec }: Chart): string {
  const install = `npm install ${kind.packages.join(" ")}`;
  return `<details class="undrawn"><summary>A chart of ${kind.title}, not drawn here: this page was made without ${kind.packages.join(" and ")}. <code>${install}</code> beside the notebook, and make it again.</summary>
<pre>${escapeHtml(JSON.stringify(spec, undefined, 2))}</pre></details>`;
}

/** The libraries, compressed, and what draws the charts of the page with them. */
export function chartScript(libraries: readonly ChartLibrary[], compress: (text: string) => string): string {
  const packed = libraries.map(
    ({ name, code }) =>
      `<script type="application/gzip;base64" data-library="${escapeHtml(name)}">${compress(code)}</script>`,
  );
  return `${packed.join("\n")}\n<script type="module">${drawing}</script>`;
}

// In the text of a program or of data, "</script" and "<!--" would end or change the element.
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", String.raw`\u003c`);
}

// Runs in the page. What a library says when it fails is shown in the chart's place.
const drawing = String.raw`
const unpack = async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
};
for (const library of document.querySelectorAll("script[data-library]")) {
  const script = document.createElement("script");
  script.textContent = await unpack(library.textContent);
  document.head.append(script);
}
const draw = {
  async vega(place, spec) {
    if (globalThis.vegaEmbed)
      return void (await vegaEmbed(place, spec, { renderer: "svg", actions: { export: true, source: false, compiled: false, editor: false } }));
    await new vega.View(vega.parse(spec), { container: place, renderer: "svg", hover: true }).runAsync();
  },
  async "vega-lite"(place, spec) {
    await draw.vega(place, globalThis.vegaEmbed ? spec : vegaLite.compile(spec).spec);
  },
  async plotly(place, { data, layout, config, frames }) {
    await Plotly.newPlot(place, { data, layout, frames, config: { responsive: true, displaylogo: false, ...config } });
  },
};
for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const place = document.createElement("div");
  figure.append(place);
  try {
    await draw[figure.dataset.chart](place, JSON.parse(figure.querySelector("script").textContent));
  } catch (error) {
    place.textContent = "This chart cannot be drawn: " + error;
  }
}
`;
