import { shortHash } from "../../core/ref.ts";
import type { RealizationFacts, RealizationRecord } from "../facts/realization.ts";
import type { ReplayEntry, RRef } from "../../core/index.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted, formatAgo, formatBytes, formatDuration } from "./format.ts";
import { html } from "./html.ts";
import type { Content } from "./html.ts";
import {
  headerHtml,
  notesHtml,
  realizationBody,
  realizationView,
  stepsHtml,
  timeHtml,
} from "./realization.ts";
import type { RealizationViewOptions } from "./realization.ts";
import { shownView } from "./replay.ts";
import { textTable } from "./text-table.ts";

/** How several realizations are shown. */
interface RealizationsViewOptions extends RealizationViewOptions {
  /** What their realizers showed. */
  readonly shown?: ReadonlyMap<RRef, readonly ReplayEntry[]>;
}

/** Several realizations: a table, and in HTML each of them to be opened. One alone has the view of a realization. */
export function realizationsView(
  all: readonly RealizationFacts[],
  options: RealizationsViewOptions,
): MimeBundle {
  const [first] = all;
  if (first !== undefined && all.length === 1) return realizationView(first, options);
  const { now, badge, steps = "", notes = [] } = options;
  const names = [...new Set(all.map(({ name }) => name))].join(", ");
  const details = realizationDetails(all, now, options.shown);
  const align = "right" as const;
  const rows = all.map((one) => [
    one.name,
    shortHash(one.rref),
    formatAgo(new Date(one.record.stopped), now),
    took(one),
    formatBytes(one.sizeBytes),
  ]);
  const columns = [
    { title: "name" },
    { title: "outcome" },
    { title: "built" },
    { title: "took", align },
    { title: "size", align },
  ];
  return bundle({
    html: html`${headerHtml({ name: names, kind: counted(all.length, "realization"), badge })}${stepsHtml(steps)}${notesHtml(notes)}${details}`,
    text: `${counted(all.length, "realization")}${badge === undefined ? "" : `  ${badge.text}`}\n${steps === "" ? "" : `${steps}\n`}${notes.map((note) => `${note}\n`).join("")}\n${textTable(columns, rows)}`,
  });
}

/** Each realization, to be opened. */
export function realizationDetails(
  all: readonly RealizationFacts[],
  now: Date,
  shown?: RealizationsViewOptions["shown"],
): Content {
  return all.map(
    (one) =>
      html`<details>
        <summary>
          ${one.name} <code class="l-hash" title="${one.rref}">${shortHash(one.rref)}</code>
          <span class="l-mut"
            >${timeHtml(new Date(one.record.stopped), now)} · ${took(one)} ·
            ${formatBytes(one.sizeBytes)}</span
          >
        </summary>
        ${shownView(shown?.get(one.rref) ?? []).html}${realizationBody(one, { now }).html}
      </details>`,
  );
}

/** What the realizers of some realizations showed, each to be opened; those that showed nothing have none. */
export function shownDetails(
  all: readonly RealizationRecord[],
  now: Date,
  shown: NonNullable<RealizationsViewOptions["shown"]>,
): Content {
  return all.map((one) => {
    const entries = shown.get(one.rref) ?? [];
    if (entries.length === 0) return undefined;
    return html`<details>
      <summary>
        <code class="l-hash" title="${one.rref}">${shortHash(one.rref)}</code>
        <span class="l-mut">built ${timeHtml(new Date(one.record.stopped), now)} · took ${took(one)}</span>
      </summary>
      ${shownView(entries).html}
    </details>`;
  });
}

function took({ record }: RealizationRecord): string {
  return formatDuration(Date.parse(record.stopped) - Date.parse(record.started));
}
