import type { StoreFacts, StoreName } from "../facts/store.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted, formatAgo, formatBytes } from "./format.ts";
import { html } from "./html.ts";
import { timeHtml } from "./realization.ts";
import { textTable } from "./text-table.ts";

const maxRows = 25;

/** The view of a store: where it is, how much it holds, and what of. */
export function storeView(facts: StoreFacts, now: Date): MimeBundle {
  const isEmpty = facts.derivations === 0;
  const about = isEmpty
    ? "a new, empty store: nothing was ever realized here"
    : `${counted(facts.derivations, "derivation")}, ${counted(facts.realizations, "realization")}, ${formatBytes(facts.sizeBytes)}`;
  const shown = facts.names.slice(0, maxRows);
  const more = facts.names.length > maxRows ? `and ${facts.names.length - maxRows} more names` : "";
  const rows = shown.map(
    (one) =>
      html`<tr>
        <td>${one.name}</td>
        <td class="l-num">${one.derivations}</td>
        <td class="l-num">${one.realizations}</td>
        <td class="l-num">${formatBytes(one.sizeBytes)}</td>
        <td>${one.newest && timeHtml(one.newest, now)}</td>
      </tr>`,
  );
  const table = html`<table class="l-grid">
    <thead>
      <tr>
        <th>name</th>
        <th class="l-num">derivations</th>
        <th class="l-num">realizations</th>
        <th class="l-num">size</th>
        <th>last built</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
  return bundle({
    html: html`<header><span class="l-name">Store</span><code class="l-hash">${facts.root}</code></header>
      <p class="l-facts">${about}</p>
      ${shown.length === 0 ? undefined : table}
      <p class="l-facts">${more}</p>`,
    text: [
      `store  ${facts.root}`,
      about,
      ...(shown.length === 0 ? [] : ["", storeTable(shown, now)]),
      ...(more === "" ? [] : [more]),
    ].join("\n"),
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
