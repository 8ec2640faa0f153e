import type { LensFacts } from "../facts/lens.ts";
import type { Preview } from "../facts/preview.ts";
import type { MimeBundle } from "../host.ts";
import { artifactsView, previewHtml, restOfTable } from "./artifacts.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import { jsonHtml, jsonText } from "./config.ts";
import { formatBytes } from "./format.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import { notesHtml, realizationBody, realizationView } from "./realization.ts";
import { stageView } from "./stage.ts";
import { textTable } from "./text-table.ts";

/** What a lens points at: a value, an artifact with its preview, a realization, or a stage. */
export function lensView(facts: LensFacts, now: Date, notes: readonly string[] = []): MimeBundle {
  const [only] = facts.kind === "realizations" ? facts.realizations : [];
  if (facts.kind === "stage") return stageView(facts.stage, notes);
  if (facts.kind === "realizations" && only !== undefined && facts.realizations.length === 1) {
    return realizationView(only, { now, notes });
  }
  const body = bodyOf(facts, now);
  if (notes.length === 0) return bundle(body);
  return bundle({
    html: html`${body.html}${notesHtml(notes)}`,
    text: [body.text, ...notes].join("\n"),
  });
}

function bodyOf(facts: Exclude<LensFacts, { kind: "stage" }>, now: Date): View {
  const title = titleHtml(facts.trail);
  switch (facts.kind) {
    case "value":
      return {
        html: html`${title}
          <div>${jsonHtml(facts.value)}</div>`,
        text: `${facts.trail}  ${valueText(facts)}`,
      };
    case "other":
      return {
        html: html`${title}
          <pre class="l-text">${facts.text}</pre>`,
        text: `${facts.trail}  ${facts.text}`,
      };
    case "artifact":
      return artifactBody(facts, title);
    case "promise": {
      const path = facts.segments.join("/");
      return {
        html: html`${title}
          <div>→ <code>${path}</code></div>
          <p class="l-facts">${facts.reason}</p>`,
        text: `${facts.trail}  → ${path}\n${facts.reason}`,
      };
    }
    case "realizations": {
      const bodies = facts.realizations.map((one) => realizationBody(one, { now }));
      return {
        html: html`${title}${bodies.map((body) => html`<div class="l-artifact">${body.html}</div>`)}`,
        text: [facts.trail, ...bodies.map(({ text }) => text)].join("\n\n"),
      };
    }
  }
}

function artifactBody(
  { artifact, path, trail }: Extract<LensFacts, { kind: "artifact" }>,
  title: Content,
): View {
  const place = html`<p class="l-facts"><code>${path}</code></p>`;
  if (artifact.kind !== "file") {
    const list = artifactsView([artifact]);
    return { html: html`${title}${list.html}${place}`, text: `${trail}\n${list.text}\n${path}` };
  }
  const { preview, sizeBytes } = artifact;
  const shown = previewHtml(preview, artifact.path) ?? html`<span class="l-mut">binary data</span>`;
  const text = preview === undefined ? "" : `\n${previewLines(preview)}`;
  return {
    html: html`${title}${shown}
      <p class="l-facts"><code>${path}</code> · <span class="l-point">${formatBytes(sizeBytes)}</span></p>`,
    text: `${trail}  ${formatBytes(sizeBytes)}${text}\n${path}`,
  };
}

function previewLines(preview: Preview): string {
  switch (preview.kind) {
    case "json":
    case "text":
      return preview.text;
    case "table":
      return tableLines(preview);
    case "picture":
    case "large-picture":
      return "(a picture)";
  }
}

function tableLines(preview: Extract<Preview, { kind: "table" }>): string {
  const table = textTable(
    preview.columns.map((title) => ({ title })),
    preview.rows,
  );
  const rest = restOfTable(preview);
  return rest === undefined ? table : `${table}\n${rest}`;
}

function titleHtml(trail: string): Html | undefined {
  return trail === ""
    ? undefined
    : html`<header><code class="l-hash">${trail}</code> <span class="l-kind">lens</span></header>`;
}

function valueText({ value }: Extract<LensFacts, { kind: "value" }>): string {
  return typeof value === "string" ? value : jsonText(value, 2000);
}
