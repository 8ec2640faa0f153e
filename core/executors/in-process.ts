import { whyOpen } from "../stage/bundle.ts";
import type { Derivation } from "../stage/closure.ts";
import { openBuild } from "../stage/open-build.ts";
import { watchReads } from "../reads/watch-reads.ts";
import { BuildFault } from "./build-fault.ts";
import type { BuildTask, Executor } from "./executor.ts";
import { withTimeLimit } from "./time-limit.ts";
import { inOwnTurn, untilAborted } from "./until-aborted.ts";

/**
 * Runs realizers in this process, where they can use whatever they close over. What a realizer never gives back to the event
 * loop, no abort can stop.
 */
export function inProcess(): Executor {
  return {
    name: "in-process",
    run: (task) =>
      withTimeLimit(task, (signal, begin) => {
        begin();
        return runHere(task, signal);
      }),
  };
}

function notRestrictable(derivation: Derivation): BuildFault {
  const open = whyOpen(derivation);
  const why =
    open === undefined
      ? "this executor runs it in this process. Give realize() processes()"
      : `it is open, and so runs in this process: ${open}`;
  return new BuildFault("not-restrictable", `it is to run restricted, and ${why}`);
}

async function runHere(task: BuildTask, signal: AbortSignal): Promise<undefined> {
  const { derivation, announce, capture, restricted, ...parts } = task;
  if (restricted) throw notRestrictable(derivation);
  const { dref, config } = derivation;
  const open = openBuild({ ...parts, dref, config, announce, signal });
  const call = (): unknown => derivation.realize(open.build as never);
  const captured = (): unknown => (capture === undefined ? call() : capture(announce, call));
  const work = async (): Promise<void> => {
    await open.finish(await inOwnTurn(captured));
  };
  try {
    await untilAborted(watchReads(parts, work, { announce }), signal);
  } finally {
    await open.close();
  }
  return undefined;
}
