import { Marked } from "marked";
import type { MimeBundle } from "../wire/messages.ts";
import { ansiToHtml, escapeHtml } from "./ansi.ts";
import { highlight } from "./highlight.ts";
import { textOf, type Cell, type CellOutput, type Notebook } from "./notebook.ts";
import { pageStyle } from "./page-style.ts";

const markdown = new Marked({ gfm: true });

/**
 * A notebook with its outputs as one HTML page that needs nothing beside it and follows the reader's light or dark theme.
 * HTML in texts and outputs stands in the page as it is: show only notebooks that you would also open in Jupyter.
 */
export function notebookPage(notebook: Notebook, fallbackTitle: string): string {
  const title = escapeHtml(titleOf(notebook) ?? fallbackTitle);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${notebook.cells.map(cellHtml).join("\n")}
</main>
</body>
</html>
`;
}

/** The first heading of the first text. */
function titleOf(notebook: Notebook): string | undefined {
  const text = notebook.cells.find(({ cell_type: type }) => type === "markdown");
  return /^#+\s+(.+)$/m.exec(textOf(text?.source ?? ""))?.[1];
}

function cellHtml(cell: Cell): string {
  const source = textOf(cell.source);
  switch (cell.cell_type) {
    case "markdown":
      return `<section class="text">${markdown.parse(source, { async: false })}</section>`;
    case "raw":
      return `<section class="raw"><pre>${escapeHtml(source)}</pre></section>`;
    case "code":
      return `<section class="code">
<div class="prompt" aria-hidden="true">${cell.execution_count ?? ""}</div>
<pre class="source"><code>${highlight(source)}</code></pre>
<div class="outputs">${(cell.outputs ?? []).map(outputHtml).join("\n")}</div>
</section>`;
  }
}

function outputHtml(output: CellOutput): string {
  switch (output.output_type) {
    case "stream":
      return `<pre class="stream ${output.name}">${ansiToHtml(textOf(output.text))}</pre>`;
    case "error":
      return `<pre class="error">${ansiToHtml(output.traceback.join("\n") || `${output.ename}: ${output.evalue}`)}</pre>`;
    case "display_data":
    case "execute_result":
      return `<div class="display">${bundleHtml(output.data)}</div>`;
  }
}

/** What is shown for each type, the richest first. */
const renderers: readonly (readonly [type: string, render: (value: string) => string])[] = [
  ["text/html", (value) => value],
  ["image/svg+xml", (value) => value],
  ["image/png", (value) => picture("image/png", value)],
  ["image/jpeg", (value) => picture("image/jpeg", value)],
  ["image/gif", (value) => picture("image/gif", value)],
  ["image/webp", (value) => picture("image/webp", value)],
  ["text/markdown", (value) => markdown.parse(value, { async: false })],
  ["text/latex", (value) => `<pre>${escapeHtml(value)}</pre>`],
  ["application/pdf", (value) => document("application/pdf", value)],
  ["text/plain", (value) => `<pre>${ansiToHtml(value)}</pre>`],
];

function bundleHtml(data: MimeBundle): string {
  for (const [type, render] of renderers) if (type in data) return render(mimeText(data[type]));
  return `<pre>${escapeHtml(JSON.stringify(data, null, 2))}</pre>`;
}

function picture(type: string, base64: string): string {
  return `<img alt="" src="data:${type};base64,${escapeHtml(base64.trim())}">`;
}

function document(type: string, base64: string): string {
  return `<embed type="${type}" src="data:${type};base64,${escapeHtml(base64.trim())}" width="100%" height="600">`;
}

function mimeText(value: unknown): string {
  return Array.isArray(value) ? value.join("") : String(value);
}
