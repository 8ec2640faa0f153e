import { isStage } from "../../core/config.ts";
import { outcomes } from "../../core/index.ts";
import type { Outcomes, RRef, Stage, Store } from "../../core/index.ts";
import { isDRef, isRRef, parseDRef, parseRRef, shortHash } from "../../core/ref.ts";
import type { DRef } from "../../core/ref.ts";
import { interleave } from "../../core/replay.ts";
import type { Displayed } from "../../core/store/displays.ts";
import type { KeptBecause } from "../../core/store/kept-build.ts";
import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import { formatAgo } from "../views/format.ts";
import { logView } from "../views/log.ts";
import type { LogOwner } from "../views/log.ts";
import { textPartView } from "../views/replay.ts";
import type { LogArguments } from "../commands/log.ts";
import type { MagicContext } from "../registry.ts";

/** What `%log` does. */
export async function logEffect({
  args,
  host,
  session: { store },
}: MagicContext<LogArguments>): Promise<void> {
  const value = await args.expression.value();
  if (isRRef(value)) return showLog(logOf(value, store), host);
  const { dref, rref } = await newest(value, args.expression.text, store);
  showLog(rref === undefined || args.failed ? lostLog(dref, store, args.failed) : logOf(rref, store), host);
}

/** A log, and whose it is. */
interface Log {
  readonly owner: LogOwner;
  readonly text: string;
  readonly displays: Displayed;
  /** What it failed of. */
  readonly reason?: string | undefined;
}

// With displays in it, the log is shown piece by piece, as they cannot stand inside of a view.
function showLog({ owner, text, displays: displayed, reason }: Log, host: CellHost): void {
  const { displays } = displayed;
  if (displays.length === 0) return void host.display(logView(owner, text, { reason }));
  host.display(logView(owner, text, { displays: displays.length, reason }));
  for (const entry of interleave(text, { from: 0, displays })) {
    if (entry.kind === "display") host.display({ ...entry.bundle }, entry.metadata);
    else if (entry.text.trim() !== "") host.display(textPartView(entry.text));
  }
}

function logOf(rref: RRef, store: Store): Log {
  const owner = { name: parseRRef(rref).name, address: rref, hash: shortHash(rref) };
  return { owner, text: store.log(rref), displays: store.displays(rref) };
}

/** How a run ended that left nothing but its log. */
export const endedHow: Readonly<Record<KeptBecause, string>> = {
  failed: "failed",
  cancelled: "was interrupted",
  abandoned: "was lost with its process",
};

function lostLog(dref: DRef, store: Store, isAsked: boolean): Log {
  const { name, hash } = parseDRef(dref);
  const lost = store.lastLost(dref);
  if (lost === undefined) {
    throw new MagicError(
      "no-realization",
      isAsked
        ? `Cannot show the log of "${name}": nothing was kept of any run that failed or was interrupted`
        : `Cannot show the log of "${name}": it has no realization yet. %realize it first`,
      { dref },
    );
  }
  const text = `${endedHow[lost.because]}, begun ${formatAgo(lost.started, new Date())}`;
  const owner = { name, address: dref, hash: hash.slice(0, 8), badge: { text, tone: "bad" } } as const;
  return { owner, text: lost.log, displays: lost.displays, reason: lost.reason };
}

async function newest(
  value: unknown,
  text: string,
  store: Store,
): Promise<{ readonly dref: DRef; readonly rref: RRef | undefined }> {
  if (!isStage(value) && !isDRef(value)) {
    throw new MagicError(
      "no-stage",
      `Cannot show the log of "${text}": it is no realization, stage or derivation`,
      { expression: text },
    );
  }
  const table = await outcomes(value as Stage | DRef, { store });
  const row = table.rows.find((one) => one.chosen) ?? newestRow(table);
  const [dref] = table.drefs as [DRef];
  return { dref, rref: row?.rref };
}

function newestRow({ rows }: Outcomes): Outcomes["rows"][number] | undefined {
  return [...rows].sort((a, b) => b.started.getTime() - a.started.getTime())[0];
}
