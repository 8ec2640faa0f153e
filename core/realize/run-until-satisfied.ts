import { setMaxListeners } from "node:events";
import type { Context } from "../context.ts";
import { inProcess } from "../executors/in-process.ts";
import type { RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import { candidatesFor, choose } from "./choose.ts";
import { demandOf, type Demand } from "./demand.ts";
import { nothingNew, unsatisfied } from "./failure.ts";
import { missingRuns, type Tally } from "./missing-runs.ts";
import { recordedBy } from "./record-failure.ts";
import { runRealizer, type Made } from "./run-realizer.ts";
import { emitFor, type Run } from "./run.ts";
import type { Slots } from "./schedule.ts";
import { RunTimes } from "./times.ts";

/** What a realizer works with, however often it runs. */
export interface Ground {
  readonly context: Context;
  readonly slots: Slots;
}

/**
 * Runs the realizer of a derivation until its matcher and the caller have what they want, and returns what the matcher takes.
 *
 * As many runs as are missing in any case go on at once, as far as there are slots. When one fails, no more are begun; the others are
 * stopped, unless the failure is recorded or with `keepGoing`. What they have published stays.
 *
 * @throws {BuildError} what `runRealizer` throws; `unsatisfied-match`, `nothing-new`; what the matcher and the store throw
 */
export async function runUntilSatisfied(
  run: Run,
  derivation: Derivation,
  ground: Ground,
): Promise<readonly RRef[]> {
  return await new Runs(run, derivation, ground).untilSatisfied();
}

/** The runs of one realizer that are called for together. */
class Runs {
  readonly #run: Run;
  readonly #derivation: Derivation;
  readonly #ground: Ground;
  readonly #demand: Demand;
  readonly #times: RunTimes;
  readonly #isOneByOne: boolean;
  /** Stops those that still go on when one has failed. */
  readonly #stopper = new AbortController();
  readonly #built: RRef[] = [];
  #tally: Tally;
  #over = 0;
  #running = 0;
  #chosen: readonly RRef[] | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** The run because of which the others were stopped. */
  #stoppedBy: number | undefined;
  /** Called when only one goes on any more. */
  #onAlone: () => void = () => undefined;
  #end: () => void = () => undefined;

  constructor(run: Run, derivation: Derivation, ground: Ground) {
    const { executor = inProcess() } = run.options;
    const signal = AbortSignal.any([run.signal, this.#stopper.signal]);
    // All of its runs listen to it, and Node takes more than ten listeners for a leak.
    setMaxListeners(0, signal);
    this.#run = { ...run, signal };
    this.#derivation = derivation;
    this.#ground = ground;
    this.#demand = demandOf(run, derivation);
    this.#times = new RunTimes(run.closure.store, derivation.dref);
    this.#isOneByOne = executor.isOneByOne?.(derivation.dref) === true;
    const existing = candidatesFor(run.closure.store, derivation, ground.context).length;
    // What there was before could not be reused, so the realizer runs first.
    this.#tally = { outs: derivation.outs, made: 0, existing, fresh: true };
  }

  async untilSatisfied(): Promise<readonly RRef[]> {
    await new Promise<void>((resolve) => {
      this.#end = resolve;
      this.#goOn();
    });
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#chosen === undefined) {
      this.#run.signal.throwIfAborted();
      throw this.#notEnough();
    }
    this.#warnIfNothingNew(this.#chosen);
    return this.#chosen;
  }

  /** Begins what can be begun, or comes to the end. */
  #goOn(): void {
    // In the slot that it has in any case.
    if (this.#running === 0 && this.#missing() > 0) this.#begin();
    const more = this.#isOneByOne ? 0 : Math.max(this.#missing() - this.#running, 0);
    this.#ground.slots.want(more, () => this.#beginMore());
    if (this.#running === 0) this.#end();
  }

  /** How many runs are to come, with those that go on. */
  #missing(): number {
    if (this.#failure !== undefined || this.#chosen !== undefined || this.#run.signal.aborted) return 0;
    return missingRuns(this.#demand, this.#derivation.matcher, this.#tally);
  }

  #beginMore(): void {
    // Something may have happened since it was asked for.
    if (this.#missing() > this.#running) this.#begin();
    else this.#ground.slots.giveBack();
  }

  #begin(): void {
    this.#running++;
    const number = this.#over + this.#running;
    void this.#runOnce(number, this.#over + Math.max(this.#missing(), this.#running));
  }

  /** Never rejects. */
  async #runOnce(number: number, of: number): Promise<void> {
    const stopOthers = (): Promise<void> => this.#stopOthers(number);
    try {
      const { context } = this.#ground;
      const attempt = { context, number, of, times: this.#times, stopOthers };
      this.#count(await runRealizer(this.#run, this.#derivation, attempt));
    } catch (error) {
      if (!isRecorded(error)) await stopOthers();
      this.#fail(error, number);
    }
    this.#running--;
    this.#over++;
    if (this.#running === 1) this.#onAlone();
    const hasToSpare = this.#running > 0 && this.#stoppedBy === undefined;
    this.#goOn();
    if (hasToSpare) this.#ground.slots.giveBack();
  }

  /** Counts what a run made, and looks whether that is enough. */
  #count({ rrefs, merged }: Made): void {
    this.#built.push(...rrefs);
    const candidates = candidatesFor(this.#run.closure.store, this.#derivation, this.#ground.context);
    const made = this.#tally.made + this.#derivation.outs;
    const existing = candidates.length;
    this.#tally = { ...this.#tally, made, existing, fresh: rrefs.length > merged.length };
    const isEnough = made >= this.#demand.fresh && existing >= this.#demand.atLeast;
    if (isEnough) this.#chosen = choose(this.#derivation, candidates);
  }

  #fail(error: unknown, number: number): void {
    // Those that were stopped have nothing to say.
    if (this.#run.signal.aborted && this.#stoppedBy !== number) return;
    if (this.#failure !== undefined)
      this.#warn(`Run ${number} failed as well: ${error instanceof Error ? error.message : String(error)}`);
    this.#failure ??= { error };
    const kept = this.#run.kept.get(this.#derivation.dref) ?? [];
    if (kept.length > 0)
      this.#warn(`What other runs had made that were stopped is kept at ${kept.join(", ")}`);
  }

  #warn(text: string): void {
    emitFor(this.#run, this.#derivation, { type: "warning", text });
  }

  /** Stops all runs but one, which failed, and waits until they have ended. */
  async #stopOthers(number: number): Promise<void> {
    if (this.#run.options.keepGoing === true || this.#run.signal.aborted) return;
    this.#stoppedBy = number;
    this.#ground.slots.want(0, () => undefined);
    this.#stopper.abort(new DOMException("Another run of the same realizer failed", "AbortError"));
    if (this.#running > 1) await new Promise<void>((resolve) => (this.#onAlone = resolve));
  }

  #notEnough(): Error {
    const { matcher } = this.#derivation;
    const { fresh } = this.#tally;
    const candidates = candidatesFor(this.#run.closure.store, this.#derivation, this.#ground.context);
    const existing = candidates.map(({ rref }) => rref);
    const wanted = Math.max(this.#demand.atLeast, matcher.wants ?? 0);
    return fresh || existing.length >= wanted
      ? unsatisfied(this.#derivation, this.#built, existing)
      : nothingNew(this.#derivation, wanted, existing);
  }

  /** A run that changes nothing is worth a word: somebody waits for its outcome to count. */
  #warnIfNothingNew(chosen: readonly RRef[]): void {
    if (this.#built.length === 0 || this.#built.some((rref) => chosen.includes(rref))) return;
    const { name, matcher } = this.#derivation;
    const text =
      `Warning: nothing of what was built now is taken: the matcher ${matcher.name} of "${name}" takes ` +
      `${chosen.join(", ")}\n`;
    emitFor(this.#run, this.#derivation, { type: "log", stream: "stderr", text });
  }
}

function isRecorded(error: unknown): boolean {
  return error instanceof Error && recordedBy(error) !== undefined;
}
