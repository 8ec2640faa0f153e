import type { Context } from "../context.ts";
import { errorCode } from "../errors.ts";
import { BuildFault } from "../executors/build-fault.ts";
import type { BuildTask, Executor } from "../executors/executor.ts";
import { inProcess } from "../executors/in-process.ts";
import { Taken } from "../executors/taken.ts";
import type { OutsideRead } from "../reads/outside-read.ts";
import type { RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import type { Announcer } from "../stage/open-build.ts";
import { unlessNoRoom } from "../store/full-disk.ts";
import { namesIn } from "../store/if-there.ts";
import { buildRecord } from "../store/record.ts";
import type { RunEvent } from "./events.ts";
import { BuildError, type BuildFailure } from "./failure.ts";
import { keepOuts, type LostRun } from "./keep-outs.ts";
import { missingArtifacts } from "./promises.ts";
import { recordFailure } from "./record-failure.ts";
import { emitFor, warnOfOutside, type Run } from "./run.ts";
import type { RunTimes } from "./times.ts";
import { fileTime } from "./untouched.ts";
import { Transcript, withBase64 } from "./transcript.ts";
import { thrownText } from "../thrown-text.ts";

const LOG_LINES_SHOWN = 20;

type Tell = (event: RunEvent) => void;

/** What one run of a realizer made. */
export interface Made {
  readonly rrefs: readonly RRef[];
  /** Those that the store had already. */
  readonly merged: readonly RRef[];
}

/** One run of a realizer among those that are called for. */
export interface Attempt {
  readonly context: Context;
  /** Which run it is, from 1. */
  readonly number: number;
  /** How many there will be, as far as is known when it begins. */
  readonly of: number;
  readonly times: RunTimes;
  /** Called when it has failed, before its output is kept: what is kept last is what failed. */
  readonly stopOthers: () => Promise<void>;
}

/**
 * Runs a realizer once and publishes what it made. When it fails nothing is published, and its output folders are kept.
 *
 * @throws {BuildError} `build-failed`, `missing-artifact`, or the code of a `BuildFault`; the signal's reason after an abort; what the store throws
 */
export async function runRealizer(run: Run, derivation: Derivation, attempt: Attempt): Promise<Made> {
  const { context } = attempt;
  const { store } = run.closure;
  const transcript = new Transcript();
  const outs: string[] = [];
  const reads: OutsideRead[] = [];
  const numbered = numberOf(attempt);
  const tell = (event: RunEvent): void => emitFor(run, derivation, { ...event, ...numbered });
  let stillToRun = true;
  const started = new Date();
  try {
    while (outs.length < derivation.outs) outs.push(await store.tempFolder("build"));
    tell({ type: "started", ...(numbered.run !== undefined && { runs: attempt.of }) });
    const extra = await realizeInto(run, derivation, { context, outs, transcript, reads, tell });
    stillToRun = false;
    const times = attempt.times.endNow(started);
    const record = { ...buildRecord(times.started, times.stopped), ...extra };
    const made = await publish(run, derivation, outs, { context, record, ...transcript.kept() });
    run.outside.keep(derivation, made.rrefs, reads);
    tell({
      type: "built",
      ...made,
      ms: times.stopped.getTime() - times.started.getTime(),
      executor: typeof extra?.["executor"] === "string" ? extra["executor"] : "in-process",
      ...(extra?.["hand"] === true && { hand: true }),
    });
    return made;
  } catch (error) {
    const reached = { context, outs, transcript, started };
    if (run.signal.aborted) await keepIfLong(run, derivation, reached);
    if (run.signal.aborted || error instanceof Taken) {
      await Promise.all(outs.map((out) => store.discard(out)));
      throw error;
    }
    const failed = { ...reached, error: unlessNoRoom(error, store.root), numbered };
    // What fails when the realizer is done is the store, and nothing can be recorded there.
    const records = stillToRun && derivation.onFailure === "record";
    const recorded = records ? await recordRun(run, derivation, failed) : undefined;
    if (recorded !== undefined) throw recorded;
    await attempt.stopOthers();
    throw await keepFailure(run, derivation, failed);
  }
}

type Numbered = Pick<BuildFailure, "run">;

/** Where a single run is called for, nobody wants to know its number. */
function numberOf({ number, of }: Attempt): Numbered {
  return number === 1 && of === 1 ? {} : { run: number };
}

interface Workplace {
  readonly context: Context;
  readonly outs: readonly string[];
  readonly transcript: Transcript;
}

type Extra = Awaited<ReturnType<Executor["run"]>>;

async function realizeInto(
  run: Run,
  derivation: Derivation,
  {
    context,
    outs,
    transcript,
    reads,
    tell,
  }: Workplace & { readonly tell: Tell; readonly reads: OutsideRead[] },
): Promise<Extra> {
  const { signal, options, closure } = run;
  const { args = null, capture, executor = inProcess() } = options;
  const announce = announcer(tell, transcript, (found) => {
    reads.push(...found);
    const { warning, line } = run.outside.textsOf(derivation, found);
    announce.log("stderr", `${line}\n`);
    warnOfOutside(run, derivation, warning);
  });
  const restricted = options.restricted === true || derivation.limits?.restricted === true;
  const work = { derivation, store: closure.store, context, outs, args, restricted };
  const task = { ...work, signal, announce, capture };
  const extra = await runWatched(run, executor, task);
  signal.throwIfAborted();
  const missing = await missingArtifacts(derivation, outs);
  if (missing.length > 0) throw new BrokenPromises(missing);
  return extra;
}

/** Runs a task, and sees to it that the realizer has left alone what it works on. */
async function runWatched({ untouched }: Run, executor: Executor, task: BuildTask): Promise<Extra> {
  const { derivation, context, outs, signal } = task;
  const since = fileTime(outs.at(-1) as string);
  try {
    return await executor.run(task);
  } finally {
    // Also after a failure, which may be all the worse.
    if (!signal.aborted) await untouched.after(derivation, context, since);
  }
}

function announcer(tell: Tell, transcript: Transcript, reads: Announcer["reads"]): Announcer {
  return {
    log: (stream, text) => {
      transcript.log(text);
      tell({ type: "log", stream, text });
    },
    progress: ({ current, total, message, unit }) =>
      tell({
        type: "progress",
        current,
        ...(total !== undefined && { total }),
        ...(message !== undefined && { message }),
        ...(unit !== undefined && { unit }),
      }),
    display: (shown) => {
      const display = { ...shown, bundle: withBase64(shown.bundle) };
      transcript.display(display);
      tell({ type: "display", ...display });
    },
    clear: (wait) => {
      transcript.clear(wait);
      tell({ type: "clear", wait });
    },
    reads,
  };
}

/** An error that says which artifacts a realizer promised and did not make. */
class BrokenPromises extends Error {
  constructor(missing: readonly string[]) {
    super(`its config promises artifacts that the realizer did not make: ${missing.join(", ")}`);
  }
}

/** Of a run that is cancelled, what it made is kept if the caller wants that of one that took so long. */
async function keepIfLong(run: Run, derivation: Derivation, lost: Omit<LostRun, "because">): Promise<void> {
  const { keepCancelledAfterMs = Number.POSITIVE_INFINITY } = run.options;
  if (Date.now() - lost.started.getTime() < keepCancelledAfterMs) return;
  const isEmpty = lost.transcript.kept().log === "" && lost.outs.every((out) => namesIn(out).length === 0);
  if (isEmpty) return;
  const [keptAt] = await keepOuts(run.closure.store, derivation, { ...lost, because: "cancelled" });
  const { dref } = derivation;
  if (keptAt !== undefined) run.kept.set(dref, [...(run.kept.get(dref) ?? []), keptAt]);
}

type Outcome = Parameters<Run["closure"]["store"]["commit"]>[2];

async function publish(
  run: Run,
  { dref }: Derivation,
  outs: readonly string[],
  outcome: Outcome,
): Promise<Made> {
  const rrefs: RRef[] = [];
  const merged: RRef[] = [];
  for (const out of outs) {
    const committed = await run.closure.store.commit(dref, out, outcome);
    // Outputs of one run may be the same outcome, too, and then it is there already only because of this run.
    if (rrefs.includes(committed.rref)) continue;
    if (committed.merged) merged.push(committed.rref);
    rrefs.push(committed.rref);
  }
  return { rrefs, merged };
}

interface FailedRun extends Workplace {
  readonly error: unknown;
  readonly started: Date;
  readonly numbered: Numbered;
}

/** The error of a run that was recorded as a failed outcome; undefined when that could not be done. */
async function recordRun(
  run: Run,
  derivation: Derivation,
  { error, transcript, numbered, ...failed }: FailedRun,
): Promise<BuildError | undefined> {
  try {
    const reason = reasonOf(error);
    const recorded = await recordFailure(run, derivation, { ...failed, reason, ...transcript.kept() });
    const { dref } = derivation;
    const log = transcript.lastLines(LOG_LINES_SHOWN);
    return buildError(error, { dref, keptAt: undefined, recorded, log, ...numbered });
  } catch {
    return undefined;
  }
}

async function keepFailure(
  { closure: { store } }: Run,
  derivation: Derivation,
  { error, numbered, ...lost }: FailedRun,
): Promise<BuildError> {
  const [keptAt] = await keepOuts(store, derivation, { ...lost, because: "failed", reason: reasonOf(error) });
  const log = lost.transcript.lastLines(LOG_LINES_SHOWN);
  return buildError(error, { dref: derivation.dref, keptAt, log, ...numbered });
}

function buildError(error: unknown, failure: BuildFailure): BuildError {
  if (error instanceof BrokenPromises) return new BuildError("missing-artifact", error.message, failure);
  if (error instanceof BuildFault) return new BuildError(error.code, error.message, failure);
  const hint = errorCode(error) === "EISDIR" ? `. ${folderHint}` : "";
  return new BuildError("build-failed", reasonOf(error) + hint, { ...failure, cause: error });
}

const folderHint =
  "The syspath of a dependency is the folder that it made; a file in it is a field of the lens, as build.lens.data.out.syspath";

function reasonOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "message" in error) {
    const { name, message } = error as Error;
    return name === "Error" || name === undefined || name === "LightnixError" || name === "BuildFault"
      ? message
      : `${name}: ${message}`;
  }
  return `it threw ${thrownText(error)}`;
}
