import type { Collected } from "../../core/index.ts";
import { shortHash } from "../../core/ref.ts";
import type { CollectionFacts, DeadOutcome } from "../facts/collection.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import { counted, formatAgo, formatBytes, formatNumber, shorten } from "./format.ts";
import { html, visible } from "./html.ts";
import { headerHtml, notesHtml, timeHtml } from "./realization.ts";
import { tableView } from "./table.ts";
import type { TableCell } from "./table.ts";

const maxMetrics = 3;
const maxHolders = 8;

const columns = [
  { title: "name" },
  { title: "outcome" },
  { title: "built" },
  { title: "size", align: "right" as const },
  { title: "metrics" },
];

/** What became of a plan: nothing yet, and what would carry it out and what keeps things from that; or what was done. */
export type CollectionState =
  | { readonly kind: "preview"; readonly flag: string; readonly keep: string }
  | { readonly kind: "removing"; readonly count: number }
  | { readonly kind: "done"; readonly collected: Collected };

/** What can be collected, or was: each realization with age, size and metrics, and who keeps the rest. */
export function collectionView(facts: CollectionFacts, state: CollectionState, now: Date): MimeBundle {
  return bundle(collectionBody(facts, state, now));
}

/** The same for a terminal; without a state, what is to go. */
export function collectionText(
  facts: CollectionFacts,
  state: CollectionState | undefined,
  now: Date,
): string {
  return visible(collectionBody(facts, state, now).text);
}

function collectionBody(facts: CollectionFacts, state: CollectionState | undefined, now: Date): View {
  const rows = facts.first.map((one) => row(one, now));
  const table = rows.length === 0 ? undefined : tableView(columns, rows);
  const more = facts.outcomes > rows.length ? [`and ${facts.outcomes - rows.length} more`] : [];
  const { lines, warnings } = stateText(facts, state);
  const all = [...more, sumText(facts), ...holdersText(facts), ...lines];
  return {
    html: html`${headerHtml({ name: "Garbage", kind: "what nothing needs" })} ${table?.html}
    ${all.map((line) => html`<p class="l-facts">${line}</p>`)}${notesHtml(warnings)}`,
    text: [...(table === undefined ? [] : [table.text, ""]), ...all, ...warnings].join("\n"),
  };
}

function stateText(
  { outcomes, derivations, leftovers, isAll }: CollectionFacts,
  state: CollectionState | undefined,
): { readonly lines: string[]; readonly warnings: string[] } {
  if (state?.kind === "done") return { lines: [collectedText(state.collected)], warnings: [] };
  if (state?.kind === "removing") return { lines: [`Removed ${state.count} so far`], warnings: [] };
  if (state === undefined || outcomes + derivations + leftovers === 0) return { lines: [], warnings: [] };
  const warning = `No root keeps anything of this store: all of it would go. ${state.keep} makes roots.`;
  return { lines: [`Nothing was removed: ${state.flag} does it.`], warnings: isAll ? [warning] : [] };
}

function sumText({ outcomes, derivations, leftovers, freedBytes, keptCount }: CollectionFacts): string {
  const parts = [
    counted(outcomes, "realization"),
    counted(derivations, "derivation"),
    ...(leftovers === 0 ? [] : [counted(leftovers, "leftover")]),
  ];
  const stay = `${counted(keptCount, "object")} stay${keptCount === 1 ? "s" : ""}`;
  return `${parts.join(", ")} can go: ${formatBytes(freedBytes)}. ${stay}`;
}

function holdersText({ holders }: CollectionFacts): string[] {
  if (holders.length === 0) return [];
  const shown = holders.slice(0, maxHolders).map(({ text, count }) => `${count} by ${text}`);
  const more = holders.length > maxHolders ? [`and more by ${holders.length - maxHolders} others`] : [];
  return [`Kept: ${[...shown, ...more].join(", ")}`];
}

/** What a collection did. */
export function collectedText({ removed, spared, freedBytes }: Collected): string {
  const rest = spared.length === 0 ? "" : `, and left ${spared.length} that are needed by now`;
  return `Removed ${counted(removed.length, "object")}, freed ${formatBytes(freedBytes)}${rest}`;
}

function row({ ref, name, made, sizeBytes, metrics }: DeadOutcome, now: Date): TableCell[] {
  const short = shortHash(ref);
  const numbers = Object.entries(metrics).flatMap(([key, value]) =>
    typeof value === "number" ? [`${key} ${formatNumber(value)}`] : [],
  );
  return [
    shorten(name, 40),
    { text: short, html: html`<code class="l-hash" title="${ref}">${short}</code>` },
    { text: formatAgo(made, now), html: timeHtml(made, now) },
    formatBytes(sizeBytes),
    numbers.slice(0, maxMetrics).join(", "),
  ];
}
