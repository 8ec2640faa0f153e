import type { DefinedName, MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted, shorten } from "./format.ts";
import { html } from "./html.ts";
import { headerHtml } from "./realization.ts";
import { gridHtml } from "./table.ts";
import { textTable } from "./text-table.ts";

const maxPreview = 80;

/** The view of the names that cells have defined: a table, with those of imports below. */
export function namesView(all: readonly DefinedName[]): MimeBundle {
  const names = all.filter(({ isImport }) => !isImport);
  const imported = all.filter(({ isImport }) => isImport).map(({ name }) => name);
  const count = names.length === 0 ? "no names yet" : counted(names.length, "name");
  const imports = imported.length === 0 ? "" : `imported: ${imported.join(", ")}`;
  const rows = names.map(({ name, kind, preview, cell = "" }) => [
    name,
    kind,
    preview === kind ? "" : shorten(preview, maxPreview),
    cell,
  ]);
  const columns = ["name", "type", "value", "cell"].map((title) => ({ title }));
  return bundle({
    html: html`${headerHtml({ name: "Names", kind: count })}
      ${rows.length === 0 ? undefined : gridHtml(columns, rows)}
      <p class="l-facts">${imports}</p>`,
    text: [
      rows.length === 0 ? count : textTable(columns, rows),
      ...(imports === "" ? [] : ["", imports]),
    ].join("\n"),
  });
}
