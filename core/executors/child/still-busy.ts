import { setImmediate } from "node:timers/promises";

const TURNS = 3;

/** What keeps the event loop going at some moment, by kind. */
export type Resources = ReadonlyMap<string, number>;

/** What keeps the event loop going now. */
export function resources(): Resources {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Whether more goes on than before, and does not end in the next turns of the event loop: timers, requests, processes. */
export async function isStillBusy(before: Resources): Promise<boolean> {
  for (let turn = 0; turn < TURNS; turn++) {
    await setImmediate();
    if (!exceeds(resources(), before)) return false;
  }
  return true;
}

function exceeds(now: Resources, before: Resources): boolean {
  return [...now].some(([kind, count]) => kind !== "Immediate" && count > (before.get(kind) ?? 0));
}
