import { isStage } from "../../core/config.ts";
import { outcomes } from "../../core/index.ts";
import type { Outcomes, RRef, Stage, Store } from "../../core/index.ts";
import { isDRef, isRRef, parseDRef } from "../../core/ref.ts";
import type { DRef } from "../../core/ref.ts";
import { interleave } from "../../core/replay.ts";
import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { logView } from "../views/log.ts";
import { textPartView } from "../views/replay.ts";

/** `%log expression`: what a realizer printed and displayed. */
export const logMagic: Magic = defineMagic({
  name: "log",
  kind: "line",
  summary: "shows what a realization's realizer printed and displayed",
  help: `
%log rref         the log of that realization
%log classifier   of a stage: the log of the realization that its matcher takes, or else of the newest

A long log is shown with its middle left out; the whole is in the file __log__.txt of the realization.`,
  args: { expression: { type: "expression", summary: "a realization, or a stage" } },
  run: async ({ args, host, session }) => {
    const value = await args.expression.value();
    const rref = isRRef(value) ? value : await newest(value, args.expression.text, session.store);
    showLog(rref, { host, store: session.store });
  },
});

// With displays in it, the log is shown piece by piece, as they cannot stand inside of a view.
function showLog(rref: RRef, { host, store }: { readonly host: CellHost; readonly store: Store }): void {
  const log = store.log(rref);
  const { displays } = store.displays(rref);
  if (displays.length === 0) return void host.display(logView(rref, log));
  host.display(logView(rref, log, { displays: displays.length }));
  for (const entry of interleave(log, { from: 0, displays })) {
    if (entry.kind === "display") host.display({ ...entry.bundle }, entry.metadata);
    else if (entry.text.trim() !== "") host.display(textPartView(entry.text));
  }
}

async function newest(value: unknown, text: string, store: Store): Promise<RRef> {
  if (!isStage(value) && !isDRef(value)) {
    throw new MagicError(
      "no-stage",
      `Cannot show the log of "${text}": it is no realization, stage or derivation`,
      {
        expression: text,
      },
    );
  }
  const table = await outcomes(value as Stage | DRef, { store });
  const row = table.rows.find((one) => one.chosen) ?? newestRow(table);
  if (row !== undefined) return row.rref;
  const [dref] = table.drefs as [DRef];
  const { name } = parseDRef(dref);
  const kept = store.failedFolders(dref).at(-1);
  if (kept !== undefined) {
    throw new MagicError(
      "no-realization",
      `Cannot show the log of "${name}": it has no realization yet. What its last failed run left, its log among it, is kept at ${kept}`,
      { dref, keptAt: kept },
    );
  }
  throw new MagicError(
    "no-realization",
    `Cannot show the log of "${name}": it has no realization yet. %realize it first`,
    {
      dref,
    },
  );
}

function newestRow({ rows }: Outcomes): Outcomes["rows"][number] | undefined {
  return [...rows].sort((a, b) => b.started.getTime() - a.started.getTime())[0];
}
