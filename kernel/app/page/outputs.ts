import { Marked } from "marked";
import { escapeHtml } from "../../display/escape.ts";
import { isJsonObject } from "../../wire/json.ts";
import type { MimeBundle } from "../../wire/contents/display.ts";
import { textOf, type CellOutput } from "../notebook.ts";
import { ansiToHtml } from "./ansi.ts";
import { chartHtml, chartOf, undrawnHtml } from "./charts.ts";
import { latexHtml, mathInMarkdown } from "./math.ts";

const markdown = new Marked({ gfm: true });
markdown.use({ extensions: [...mathInMarkdown] });

/** Markdown as HTML. */
export function markdownHtml(text: string): string {
  return markdown.parse(text, { async: false });
}

/** One output of a cell as HTML. Charts whose libraries the page has, by their packages' names, are drawn in it. */
export function outputHtml(output: CellOutput, libraries: ReadonlySet<string>): string {
  switch (output.output_type) {
    case "stream":
      return `<pre class="stream ${output.name}">${ansiToHtml(textOf(output.text))}</pre>`;
    case "error":
      return `<pre class="error">${ansiToHtml(output.traceback.join("\n") || `${output.ename}: ${output.evalue}`)}</pre>`;
    case "display_data":
    case "execute_result":
      return `<div class="display">${bundleHtml(output, libraries)}</div>`;
  }
}

interface Shown {
  readonly data: MimeBundle;
  readonly metadata: MimeBundle;
}

type Renderer = (value: string, shown: Shown) => string;

/** What is shown for each type, the richest first. */
const renderers: readonly (readonly [type: string, render: Renderer])[] = [
  ["text/html", (value) => value],
  [
    "image/svg+xml",
    (value) => value.replace(/^\s*(?:<\?xml[^]*?\?>|<!DOCTYPE[^>]*>|<!--[^]*?-->|\s)+/iu, ""),
  ],
  ["image/png", picture("image/png")],
  ["image/jpeg", picture("image/jpeg")],
  ["image/gif", picture("image/gif")],
  ["image/webp", picture("image/webp")],
  ["text/markdown", (value) => markdownHtml(value)],
  ["text/latex", (value) => `<p>${latexHtml(value)}</p>`],
  ["application/pdf", (value) => pdf(value)],
  ["application/javascript", (value) => javascript(value)],
  ["text/plain", (value) => `<pre>${ansiToHtml(value)}</pre>`],
];

function bundleHtml(shown: Shown, libraries: ReadonlySet<string>): string {
  const { data } = shown;
  const chart = chartOf(data);
  if (chart?.kind.packages.every((name) => libraries.has(name)) === true) return chartHtml(chart);
  const found = renderers.find(([type]) => type in data);
  if (chart !== undefined && (found === undefined || found[0] === "text/plain")) return undrawnHtml(chart);
  if (found === undefined) return `<pre>${escapeHtml(JSON.stringify(data, null, 2))}</pre>`;
  const [type, render] = found;
  return render(mimeText(data[type]), shown);
}

function picture(type: string): Renderer {
  return (base64, { data, metadata }) => {
    const size = isJsonObject(metadata[type]) ? metadata[type] : {};
    const sizes = ["width", "height"].flatMap((side) =>
      typeof size[side] === "number" ? [` ${side}="${size[side]}"`] : [],
    );
    const alt = escapeHtml(mimeText(data["text/plain"] ?? ""));
    return `<img alt="${alt}"${sizes.join("")} src="data:${type};base64,${escapeHtml(base64.replaceAll(/\s/gu, ""))}">`;
  };
}

function pdf(base64: string): string {
  return `<embed type="application/pdf" src="data:application/pdf;base64,${escapeHtml(base64.trim())}" width="100%" height="600">`;
}

// As in Jupyter, `element` is where it may draw.
function javascript(code: string): string {
  const body = code.replaceAll(/<(?=\/script|!--)/giu, String.raw`\x3c`);
  return `<div></div><script>{ const element = document.currentScript.previousElementSibling;\n${body}\n}</script>`;
}

function mimeText(value: unknown): string {
  return Array.isArray(value) ? value.join("") : String(value);
}
