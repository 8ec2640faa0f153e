import type { StoreFacts, StoreName } from "../facts/store.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted, formatAgo, formatBytes } from "./format.ts";
import { html } from "./html.ts";
import { headerHtml, timeHtml } from "./realization.ts";
import { tableView } from "./table.ts";
import type { TableCell } from "./table.ts";

const maxRows = 25;

/** The view of a store: where it is, how much it holds, and what of. */
export function storeView(facts: StoreFacts, now: Date): MimeBundle {
  const isEmpty = facts.derivations === 0;
  const about = isEmpty
    ? "a new, empty store: nothing was ever realized here"
    : `${counted(facts.derivations, "derivation")}, ${counted(facts.realizations, "realization")}, ${formatBytes(facts.sizeBytes)}`;
  const shown = facts.names.slice(0, maxRows);
  const more = facts.names.length > maxRows ? `and ${facts.names.length - maxRows} more names` : "";
  const table = tableView(
    columns,
    shown.map((one) => row(one, now)),
  );
  return bundle({
    html: html`${headerHtml({ name: "Store", address: facts.root, hash: facts.root })}
      <p class="l-facts">${about}</p>
      ${shown.length === 0 ? undefined : table.html}
      <p class="l-facts">${more}</p>`,
    text: [
      `store  ${facts.root}`,
      about,
      ...(shown.length === 0 ? [] : ["", table.text]),
      ...(more === "" ? [] : [more]),
    ].join("\n"),
  });
}

const align = "right" as const;
const columns = [
  { title: "name" },
  { title: "derivations", align },
  { title: "realizations", align },
  { title: "size", align },
  { title: "last built" },
];

function row({ name, derivations, realizations, sizeBytes, newest }: StoreName, now: Date): TableCell[] {
  return [
    name,
    String(derivations),
    String(realizations),
    formatBytes(sizeBytes),
    newest === undefined ? "" : { text: formatAgo(newest, now), html: timeHtml(newest, now) },
  ];
}
