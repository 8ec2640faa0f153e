import { shortHash } from "../../core/ref.ts";
import type { MovedFacts, MovedOutcome } from "../facts/moved.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted, formatBytes } from "./format.ts";
import { html } from "./html.ts";
import { headerHtml } from "./realization.ts";
import { tableView } from "./table.ts";
import type { TableCell } from "./table.ts";

/** What was done, and where: `Pushed to`, a folder. */
interface Whereto {
  readonly what: string;
  readonly place: string;
}

/** A closure on its way. */
export interface Moving extends Whereto {
  readonly done: number;
  readonly total: number;
  readonly isStopped?: boolean;
}

/** How far a closure has come. */
export function movingView({ what, place, done, total, isStopped = false }: Moving): MimeBundle {
  const far = total === 0 ? "" : `${done} of ${counted(total, "object")}`;
  const badge = isStopped ? ({ text: "stopped", tone: "warn" } as const) : undefined;
  const width = total === 0 ? 0 : Math.round((100 * done) / total);
  const bar = html`<p class="l-facts">
    <span class="l-bar"><i style="width:${width}%"></i></span> ${far}
  </p>`;
  return bundle({
    html: html`${headerHtml({ name: what, kind: place, badge })}${bar}`,
    text: `${what} ${place}${far === "" ? "" : `: ${far}`}${isStopped ? "  stopped" : ""}`,
  });
}

/** What was moved, and what of it was there already. */
export function movedView(facts: MovedFacts & Whereto): MimeBundle {
  const { what, place, first, outcomes } = facts;
  // Whether it was there already is no question for an archive.
  const shown = facts.added === undefined ? columns.slice(0, -1) : columns;
  const rows = first.map((one) => row(one).slice(0, shown.length));
  const table = rows.length === 0 ? undefined : tableView(shown, rows);
  const sum = sumText(facts);
  const more = outcomes > first.length ? `and ${outcomes - first.length} more` : "";
  return bundle({
    html: html`${headerHtml({ name: what, kind: place })}
      <p class="l-facts">${sum}</p>
      ${table?.html}
      <p class="l-facts">${more}</p>`,
    text: [
      `${what} ${place}`,
      sum,
      ...(table === undefined ? [] : ["", table.text]),
      ...(more === "" ? [] : [more]),
    ].join("\n"),
  });
}

const columns = [
  { title: "name" },
  { title: "outcome" },
  { title: "size", align: "right" as const },
  { title: "" },
];

function row({ name, rref, sizeBytes, isNew }: MovedOutcome): TableCell[] {
  const short = shortHash(rref);
  const news = isNew === undefined ? "" : isNew ? "new" : "was there";
  return [
    name,
    { text: short, html: html`<code class="l-hash" title="${rref}">${short}</code>` },
    formatBytes(sizeBytes),
    news,
  ];
}

function sumText({ objects, added, archiveBytes }: MovedFacts): string {
  const size = archiveBytes === undefined ? "" : `, ${formatBytes(archiveBytes)}`;
  const news =
    added === undefined ? "" : added === 0 ? ", all of them there already" : `, ${added} of them new`;
  return `${counted(objects, "object")}${size}${news}`;
}
