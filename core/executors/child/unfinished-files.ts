import { setImmediate } from "node:timers/promises";
import { resources, type Resources } from "./still-busy.ts";

// Requests that read or write files, and the compression that may stand before them.
const fileWork: ReadonlySet<string> = new Set(["FSReqCallback", "FSReqPromise", "ZLIB"]);

// Between two writes of a stream lies a turn of the event loop in which nothing is under way.
const IDLE_TURNS = 3;

/**
 * Waits until the files that a realizer had begun to read or write when it returned are done: what it did not wait for would be published
 * half written. Resolves to whether there was anything to wait for.
 *
 * @throws the signal's reason
 */
export async function unfinishedFiles(before: Resources, signal: AbortSignal): Promise<boolean> {
  let wasBusy = false;
  // A request that was waited for still counts while what waited for it goes on, up to the end of that turn.
  await setImmediate();
  // A stream opens its file in the turn after the one that made it.
  for (let idle = 0; idle < IDLE_TURNS; idle += 1) {
    if (hasFileWork(resources(), before)) {
      wasBusy = true;
      idle = 0;
    }
    // oxlint-disable-next-line no-await-in-loop -- one turn after the other
    await setImmediate();
    signal.throwIfAborted();
  }
  return wasBusy;
}

function hasFileWork(now: Resources, before: Resources): boolean {
  return [...fileWork].some((kind) => (now.get(kind) ?? 0) > (before.get(kind) ?? 0));
}
