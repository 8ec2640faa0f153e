import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import type { Derivation } from "../stage/closure.ts";
import { newRun, noteKept, type KeptBecause } from "../store/kept-build.ts";
import { DISPLAY_FILE, LOG_FILE } from "../store/layout.ts";
import type { Store } from "../store/store.ts";
import type { Transcript } from "./transcript.ts";

/** A run of which nothing is published. */
export interface LostRun {
  readonly context: Context;
  readonly outs: readonly string[];
  readonly transcript: Transcript;
  readonly started: Date;
  readonly because: KeptBecause;
  /** What went wrong, where it failed. */
  readonly reason?: string;
}

/**
 * Keeps the output folders of a run beside the store's objects, with what it printed and displayed. Returns where they are: none, where
 * that cannot be done.
 */
export async function keepOuts(
  store: Store,
  { dref }: Derivation,
  { context, outs, transcript, started, because, reason }: LostRun,
): Promise<string[]> {
  const { log, displays } = transcript.kept();
  const about = {
    dref,
    context,
    started: started.toISOString(),
    because,
    run: newRun(),
    ...(reason !== undefined && { reason }),
  };
  const kept: string[] = [];
  for (const [index, out] of outs.entries()) {
    // A disk that is full is no reason not to keep what there is.
    await writeFile(join(out, LOG_FILE), log).catch(() => undefined);
    if (displays !== undefined) await writeFile(join(out, DISPLAY_FILE), displays).catch(() => undefined);
    attempt(() => noteKept(out, { ...about, index }));
    const place = await store.keepFailed(out, dref).catch(() => undefined);
    if (place !== undefined) kept.push(place);
  }
  return kept;
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // As above.
  }
}
