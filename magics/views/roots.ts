import type { DRef, RRef } from "../../core/index.ts";
import { isRRef, nameOf, shortHash } from "../../core/ref.ts";
import type { RootFacts } from "../facts/roots.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { formatAgo, formatBytes } from "./format.ts";
import { html } from "./html.ts";
import { headerHtml, timeHtml } from "./realization.ts";
import { tableView } from "./table.ts";
import type { TableCell } from "./table.ts";

/** What the view of roots shows. */
export interface RootsFacts {
  /** The store's folder. */
  readonly root: string;
  readonly roots: readonly RootFacts[];
  /** What the name of the only one of them led to before. */
  readonly instead?: DRef | RRef | undefined;
}

const columns = [
  { title: "root" },
  { title: "keeps" },
  { title: "outcome" },
  { title: "built" },
  { title: "size", align: "right" as const },
];

/** What is kept from being collected, by the names of the roots. */
export function rootsView({ root, roots, instead }: RootsFacts, now: Date): MimeBundle {
  const table = tableView(
    columns,
    roots.map((one) => row(one, now)),
  );
  const about =
    roots.length === 0
      ? "no roots: nothing is kept from %gc. %keep makes them"
      : instead === undefined
        ? ""
        : `in the place of ${shortHash(instead)}`;
  return bundle({
    html: html`${headerHtml({ name: "Roots", address: root, hash: root })}
      ${roots.length === 0 ? undefined : table.html}
      <p class="l-facts">${about}</p>`,
    text: [...(roots.length === 0 ? [] : [table.text]), ...(about === "" ? [] : [about])].join("\n"),
  });
}

function row({ name, ref, built }: RootFacts, now: Date): TableCell[] {
  if (ref === undefined) return [name, "leads to nothing"];
  const outcome = isRRef(ref)
    ? {
        text: shortHash(ref),
        html: html`<code class="l-hash" title="${ref}">${shortHash(ref)}</code>`,
      }
    : "all";
  return [
    name,
    nameOf(ref),
    outcome,
    built === undefined ? "" : { text: formatAgo(built.at, now), html: timeHtml(built.at, now) },
    built === undefined ? "" : formatBytes(built.sizeBytes),
  ];
}
