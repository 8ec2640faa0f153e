import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted, formatAgo, formatBytes } from "./format.ts";
import { html } from "./html.ts";
import { timeHtml } from "./realization.ts";
import { textTable } from "./text-table.ts";

/** What the view of a store shows. */
export interface StoreFacts {
  readonly root: string;
  readonly derivations: number;
  readonly realizations: number;
  readonly sizeBytes: number;
  /** Derivations of one name together, the largest first. */
  readonly names: readonly StoreName[];
}

/** The derivations of a store that share a name. */
export interface StoreName {
  readonly name: string;
  readonly derivations: number;
  readonly realizations: number;
  readonly sizeBytes: number;
  /** When the last realization was built; nothing when there is none. */
  readonly newest: Date | undefined;
}

const maxRows = 25;

/** The view of a store: where it is, how much it holds, and what of. */
export function storeView(facts: StoreFacts, now: Date): MimeBundle {
  const about = `${counted(facts.derivations, "derivation")}, ${counted(facts.realizations, "realization")}, ${formatBytes(facts.sizeBytes)}`;
  const shown = facts.names.slice(0, maxRows);
  const more = facts.names.length > maxRows ? `and ${facts.names.length - maxRows} more names` : "";
  const rows = shown.map(
    (one) =>
      html`<tr><td>${one.name}</td><td class="num">${one.derivations}</td><td class="num">${one.realizations}</td><td class="num">${formatBytes(one.sizeBytes)}</td><td>${one.newest && timeHtml(one.newest, now)}</td></tr>`,
  );
  const table = html`<table class="grid"><thead><tr><th>name</th><th class="num">derivations</th><th class="num">realizations</th><th class="num">size</th><th>last built</th></tr></thead><tbody>${rows}</tbody></table>`;
  return bundle({
    html: html`<header><span class="name">Store</span><code class="hash">${facts.root}</code></header><p class="facts">${about}</p>${shown.length === 0 ? undefined : table}<p class="facts">${more}</p>`,
    text: [`store  ${facts.root}`, about, ...(shown.length === 0 ? [] : ["", storeTable(shown, now)]), ...(more === "" ? [] : [more])].join("\n"),
  });
}

function storeTable(names: readonly StoreName[], now: Date): string {
  const align = "right" as const;
  return textTable(
    [
      { title: "name" },
      { title: "derivations", align },
      { title: "realizations", align },
      { title: "size", align },
      { title: "last built" },
    ],
    names.map((one) => [
      one.name,
      String(one.derivations),
      String(one.realizations),
      formatBytes(one.sizeBytes),
      one.newest === undefined ? "" : formatAgo(one.newest, now),
    ]),
  );
}
