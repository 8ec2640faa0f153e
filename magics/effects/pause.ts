import { statSync } from "node:fs";
import { isStage } from "../../core/config.ts";
import { instantiate } from "../../core/index.ts";
import type { Closure, Store } from "../../core/index.ts";
import { MagicError } from "../errors.ts";
import { readHeld } from "../facts/held.ts";
import type { CellHost } from "../host.ts";
import { Paused } from "../paused.ts";
import { runOptions } from "../run-options.ts";
import type { Session } from "../session.ts";
import { asTarget } from "../target.ts";
import { heldView } from "../views/held.ts";
import type { PauseArguments } from "../commands/pause.ts";
import type { MagicContext } from "../registry.ts";

/** What `%pause` does. */
export async function pauseEffect({ args, host, session }: MagicContext<PauseArguments>): Promise<void> {
  if (args.expression === undefined) return await showHeld(session, host);
  const target = await asTarget(await args.expression.value(), args.expression.text, {
    store: session.store,
    host,
    doing: "pause",
    isNo: "stage, closure or derivation",
  });
  refuseSecond(session, args.expression.text);
  const { store } = session;
  const at = args.at?.split(",").filter((name) => name !== "");
  const closure = isStage(target) ? await instantiate(target, { store }) : target;
  const from = args.from ?? (args.failed ? await lastFailed(closure, at, store) : undefined);
  const paused = new Paused({
    host,
    target: closure,
    options: { ...runOptions(session, host), at, from, jobs: args.jobs },
    variable: args.as ?? "build",
    isMany: at !== undefined && at.length > 1,
  });
  await paused.start();
  session.paused = paused;
}

async function showHeld(session: Session, host: CellHost): Promise<void> {
  const { paused } = session;
  const held = paused?.held;
  if (paused === undefined || held === undefined || !paused.isHeld)
    throw new MagicError(
      "not-held",
      'Cannot show what is held: nothing is. "%pause stage" holds the build of a stage',
    );
  host.display(heldView(await readHeld(held, paused)));
}

function refuseSecond({ paused }: Session, text: string): void {
  if (paused?.isHeld !== true) return;
  const { variable } = paused;
  throw new MagicError(
    "already-held",
    `Cannot pause "${text}": another realization is held already ("${variable}"). %resume or %cancel it first`,
    { variable },
  );
}

async function lastFailed(
  { derivations, dref: target }: Closure,
  at: readonly string[] | undefined,
  store: Store,
): Promise<string> {
  await store.sweep();
  const meant = derivations.filter(({ name }) => at === undefined || at.includes(name));
  const folders = meant.flatMap(({ dref }) => store.failedFolders(dref));
  const [last] = folders.sort((a, b) => changedMs(b) - changedMs(a));
  if (last !== undefined) return last;
  const name = derivations.find(({ dref }) => dref === target)?.name ?? "";
  throw new MagicError(
    "nothing-failed",
    `Cannot take over a run of "${name}": nothing was kept of any that failed or was interrupted, as the stages are now`,
    { target },
  );
}

function changedMs(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}
