import { gzipSync } from "node:zlib";
import { escapeHtml } from "../../display/escape.ts";
import { textOf, type Cell, type Notebook } from "../notebook.ts";
import { chartKinds, chartScript } from "./charts.ts";
import type { ChartLibrary } from "./charts.ts";
import { highlight } from "./highlight.ts";
import { markdownHtml, outputHtml } from "./outputs.ts";
import { pageStyle } from "./style.ts";

/** What a page is made with. */
export interface PageOptions {
  /** The title of a notebook whose texts have no heading. */
  readonly title: string;
  /** What draws charts; a page has in itself those that it uses. */
  readonly libraries?: readonly ChartLibrary[];
}

/**
 * A notebook with its outputs as one HTML page that needs nothing beside it and follows the reader's light or dark theme.
 * HTML in texts and outputs stands in the page as it is: show only notebooks that you would also open in Jupyter.
 */
export function notebookPage(notebook: Notebook, { title, libraries = [] }: PageOptions): string {
  const there = new Set(libraries.map(({ name }) => name));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(titleOf(notebook) ?? title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${notebook.cells.map((cell) => cellHtml(cell, there)).join("\n")}
</main>
${chartsOf(notebook, libraries)}</body>
</html>
`;
}

/** The first heading of the first text. */
function titleOf(notebook: Notebook): string | undefined {
  const text = notebook.cells.find(({ cell_type: type }) => type === "markdown");
  return /^#+\s+(.+)$/m.exec(textOf(text?.source ?? ""))?.[1];
}

function cellHtml(cell: Cell, libraries: ReadonlySet<string>): string {
  const source = textOf(cell.source);
  switch (cell.cell_type) {
    case "markdown":
      return `<section class="text">${markdownHtml(source)}</section>`;
    case "raw":
      return `<section class="raw"><pre>${escapeHtml(source)}</pre></section>`;
    case "code":
      return `<section class="code">
<div class="prompt" aria-hidden="true">${cell.execution_count ?? ""}</div>
<pre class="source"><code>${highlight(source)}</code></pre>
<div class="outputs">${(cell.outputs ?? []).map((output) => outputHtml(output, libraries)).join("\n")}</div>
</section>`;
  }
}

function chartsOf(notebook: Notebook, libraries: readonly ChartLibrary[]): string {
  const used = new Set(
    [...chartKinds(notebook)].flatMap(({ packages, optional }) => [...packages, ...optional]),
  );
  const needed = libraries.filter(({ name }) => used.has(name));
  return needed.length === 0 ? "" : `${chartScript(needed, compressed)}\n`;
}

function compressed(text: string): string {
  return gzipSync(text, { level: 9 }).toString("base64");
}
