import type { Artifact } from "../facts/artifacts.ts";
import type { Preview } from "../facts/preview.ts";
import type { View } from "./bundle.ts";
import { jsonHtml, jsonRows } from "./config.ts";
import { counted, formatBytes, shorten } from "./format.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import { textTable } from "./text-table.ts";

const maxTreeRows = 24;

/** A list of artifacts with their previews. `promised` names those that the config promises. */
export function artifactsView(
  artifacts: readonly Artifact[],
  promised: ReadonlySet<string> = new Set(),
): View {
  if (artifacts.length === 0) return { html: html`<span class="l-mut">none</span>`, text: "(none)" };
  const rows = artifacts.map((artifact) => artifactRow(artifact));
  const align = "right" as const;
  return {
    html: html`<div class="l-artifacts">
      ${artifacts.map((one) => artifactHtml(one, promised.has(one.path)))}
    </div>`,
    text: textTable([{ title: "" }, { title: "", align }, { title: "" }], rows),
  };
}

/** What is shown of a file's content. */
export function previewHtml(preview: Preview | undefined, name: string): Html | undefined {
  switch (preview?.kind) {
    case undefined:
      return undefined;
    case "picture":
      return html`<img src="${preview.uri}" alt="${name}" />`;
    case "large-picture":
      return html`<span class="l-mut">a picture too large to show here</span>`;
    case "json":
      return jsonPreview(preview);
    case "text":
      return html`<pre class="l-text">${preview.text}${cutMark(preview.isCut)}</pre>`;
    case "table":
      return previewTable(preview);
  }
}

// A few figures read better as a table than in braces.
function jsonPreview({ value, text, isCut }: Extract<Preview, { kind: "json" }>): Html {
  if (typeof value === "object" && value !== null && jsonRows(value) <= maxTreeRows) return jsonHtml(value);
  return html`<pre class="l-text">${text}${cutMark(isCut)}</pre>`;
}

function artifactHtml(artifact: Artifact, isPromised: boolean): Html {
  const { path } = artifact;
  const name = path.split("/").at(-1) ?? path;
  const promise = isPromised
    ? html`<span class="l-mut" title="promised by the config">promised</span>`
    : undefined;
  switch (artifact.kind) {
    case "link":
      return head(
        name,
        html`<span class="l-mut">link to</span> <code>${shorten(artifact.target, 200)}</code>`,
        promise,
      );
    case "folder":
      return folderHtml(artifact, promise);
    case "file":
      return html`<div class="l-artifact">
        ${head(name, size(artifact.sizeBytes), promise)}${previewHtml(artifact.preview, name)}
      </div>`;
  }
}

function folderHtml(artifact: Folder, promise: Content): Html {
  const { path, entries, isCut } = artifact;
  const about = `${filesIn(artifact)}, ${sizeOf(artifact)}`;
  const name = html`<code>${path.split("/").at(-1)}/</code>`;
  const title = html`<span class="l-head">${name} <span class="l-mut">${about}</span> ${promise}</span>`;
  if (entries.length === 0) return html`<div class="l-artifact">${title}</div>`;
  const inner = entries.map((entry) => artifactHtml(entry, false));
  const more = isCut ? html`<span class="l-mut">… and more</span>` : undefined;
  return html`<details class="l-artifact">
    <summary>${title}</summary>
    ${inner}${more}
  </details>`;
}

type Folder = Extract<Artifact, { kind: "folder" }>;

function filesIn({ files, isCut }: Folder): string {
  return `${isCut ? "more than " : ""}${counted(files, "file")}`;
}

function sizeOf({ sizeBytes, isCut }: Folder): string {
  return `${isCut ? "> " : ""}${formatBytes(sizeBytes)}`;
}

function head(name: string, about: Content, promise: Content): Html {
  return html`<div class="l-head"><code>${shorten(name, 120)}</code> ${about} ${promise}</div>`;
}

function size(sizeBytes: number): Html {
  return html`<span class="l-mut">${formatBytes(sizeBytes)}</span>`;
}

/** What is to be said of a table of which only the beginning is shown; nothing of a whole one. */
export function restOfTable({ rows, total, isCut }: Extract<Preview, { kind: "table" }>): string | undefined {
  if (!isCut) return undefined;
  return total !== undefined && total > rows.length ? `${rows.length} of ${total} rows` : "… and more";
}

function previewTable(preview: Extract<Preview, { kind: "table" }>): Html {
  const { columns, rows } = preview;
  const cell = (text: string): Html =>
    isNumber(text) ? html`<td class="l-num">${text}</td>` : html`<td>${text}</td>`;
  const isNumeric = columns.map(
    (_, index) => rows.length > 0 && rows.every((row) => isNumber(row[index] ?? "")),
  );
  const titles = columns.map((title, index) =>
    isNumeric[index] === true ? html`<th class="l-num">${title}</th>` : html`<th>${title}</th>`,
  );
  const body = rows.map(
    (row) =>
      html`<tr>
        ${columns.map((_, index) => cell(row[index] ?? ""))}
      </tr>`,
  );
  const rest = restOfTable(preview);
  const more = rest && html`<div class="l-mut">${rest}</div>`;
  return html`<table class="l-grid l-tight">
      <thead>
        <tr>
          ${titles}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
    ${more}`;
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

function cutMark(isCut: boolean): Html | undefined {
  return isCut ? html`${"\n"}<span class="l-mut">… and more</span>` : undefined;
}

function artifactRow(artifact: Artifact): string[] {
  switch (artifact.kind) {
    case "link":
      return [artifact.path, "", `link to ${artifact.target}`];
    case "folder":
      return [`${artifact.path}/`, sizeOf(artifact), filesIn(artifact)];
    case "file":
      return [artifact.path, formatBytes(artifact.sizeBytes), previewText(artifact.preview)];
  }
}

/** What is shown of a file's content in one line of a terminal. */
function previewText(preview: Preview | undefined): string {
  switch (preview?.kind) {
    case undefined:
      return "";
    case "picture":
    case "large-picture":
      return "picture";
    case "json":
      return shorten(preview.text.replaceAll(/\s+/gu, " "), 60);
    case "text":
      return shorten(preview.text.trim().split("\n")[0] ?? "", 60);
    case "table":
      return shorten(preview.about ?? `table of ${preview.columns.join(", ")}`, 60);
  }
}
