import { availableParallelism } from "node:os";
import { LightnixError } from "../errors.ts";
import { inProcess } from "../executors/in-process.ts";
import { parseDRef, type DRef, type RRef } from "../ref.ts";
import type { Build } from "../stage/build.ts";
import { targetsOf, type Closure } from "../stage/closure.ts";
import type { Stage } from "../stage/stage.ts";
import { findLeft } from "./adopt.ts";
import type { RealizeEvent } from "./events.ts";
import type { Held, PauseOptions, ResumeOptions } from "./held.ts";
import { HoldingExecutor, type Hold } from "./holding.ts";
import { derivationsAt, type PausePlace } from "./derivations-at.ts";
import { missingArtifacts } from "./promises.ts";
import { realize$ } from "./realize.ts";
import { checkReady, takenInstead } from "./resume-checks.ts";
import { filter, lastValueFrom, tap } from "./rx.ts";

/** A realization on its way from stop to stop. */
export class HeldRealization<C> implements Held<C> {
  readonly kind = "held" as const;
  readonly #closure: Closure<C>;
  readonly #at: ReadonlySet<DRef>;
  /** For each of them, those that it depends on. */
  readonly #below: ReadonlyMap<DRef, ReadonlySet<DRef>>;
  readonly #executor: HoldingExecutor;
  readonly #stopper = new AbortController();
  /** Those that are done or lost. */
  readonly #settled = new Set<DRef>();
  readonly #end: Promise<void>;
  #state: "running" | "done" | "failed" | "cancelled" = "running";
  #rrefs: readonly RRef<C>[] = [];
  #error: unknown;
  #refusal: unknown;
  #isGivenUp = false;
  readonly #watchers = new Set<() => void>();

  constructor(closure: Closure<C>, options: PauseOptions) {
    this.#closure = closure;
    const left = options.from === undefined ? undefined : findLeft(closure.store, options.from);
    if (left !== undefined) derivationsAt(closure, left.dref, "take over what was left of");
    const at = derivationsAt(closure, options.at ?? left?.dref ?? closure.dref, "pause at");
    this.#at = new Set(left === undefined ? at : [...at, left.dref]);
    this.#below = heldBelow(closure, this.#at);
    const { jobs = availableParallelism(), executor = inProcess() } = options;
    this.#executor = new HoldingExecutor({
      inner: executor,
      jobs,
      isHeld: (dref) => this.#at.has(dref),
      left,
      changed: () => this.#changed(),
      refuse: (error) => {
        this.#refusal = error;
        this.#stopper.abort(error);
      },
    });
    this.#end = this.#realize(options, jobs);
  }

  get state(): Held["state"] {
    return this.#state === "running" && this.#executor.holds.size > 0 ? "held" : this.#state;
  }

  get builds(): readonly Build[] {
    return [...this.#executor.holds.values()].map(({ build }) => build);
  }

  get rrefs(): readonly RRef<C>[] {
    return this.#rrefs;
  }

  build<D = C>(at?: Stage<D> | DRef<D> | string): Build<D> {
    const [first, ...others] = this.#holdsAt(at, "hand out the build of");
    if (others.length === 0 && first !== undefined) return first.build as Build<D>;
    const names = this.builds.map(({ dref }) => parseDRef(dref).name).join(", ");
    throw new LightnixError(
      "several-held",
      `Cannot tell which build is meant: ${names} are held. Say which: held.build("${names.split(", ")[0]}")`,
      { data: { held: this.builds.map(({ dref }) => dref) } },
    );
  }

  async missing(): Promise<ReadonlyMap<DRef, readonly string[]>> {
    const missing = new Map<DRef, readonly string[]>();
    for (const [dref, { task }] of this.#executor.holds)
      missing.set(dref, await missingArtifacts(task.derivation, task.outs));
    return missing;
  }

  async resume({ at, rrefs, signal }: ResumeOptions = {}): Promise<readonly RRef<C>[]> {
    const holds = this.#holdsAt(at, "resume");
    if (rrefs === undefined) {
      for (const hold of holds) await checkReady(hold);
      for (const hold of holds) hold.release();
    } else {
      const taken = takenInstead(this.#closure.store, holds, rrefs);
      for (const [hold, some] of taken) hold.release(some);
    }
    await this.untilStop(signal);
    return this.#rrefs;
  }

  async cancel(): Promise<void> {
    if (this.#state !== "running") return;
    this.#isGivenUp = true;
    this.#stopper.abort(new DOMException("It was held by hand, and given up", "AbortError"));
    await this.#end;
  }

  /** Waits until a person is wanted: everything that is to be held is, or waits for what is; or it is over. Throws if it failed. */
  async untilStop(signal: AbortSignal | undefined): Promise<void> {
    let watch = (): void => undefined;
    const stop = new Promise<void>((resolve) => {
      watch = () => {
        if (this.#isStopped() || (signal?.aborted === true && this.#executor.holds.size > 0)) resolve();
      };
    });
    const interrupt = (): void => {
      if (this.#executor.holds.size === 0) this.#stopper.abort(signal?.reason);
      else watch();
    };
    this.#watchers.add(watch);
    watch();
    signal?.addEventListener("abort", interrupt, { once: true });
    if (signal?.aborted === true) interrupt();
    await Promise.race([stop, this.#end]);
    this.#watchers.delete(watch);
    signal?.removeEventListener("abort", interrupt);
    if (this.#state === "failed" || (this.#state === "cancelled" && this.#error !== undefined))
      throw this.#error;
  }

  #changed(): void {
    for (const watch of this.#watchers) watch();
  }

  #isStopped(): boolean {
    const { holds } = this.#executor;
    if (holds.size === 0) return false;
    return [...this.#at].every(
      (dref) => holds.has(dref) || this.#settled.has(dref) || this.#waitsForHeld(dref),
    );
  }

  #waitsForHeld(dref: DRef): boolean {
    return [...(this.#below.get(dref) ?? [])].some((one) => this.#executor.holds.has(one));
  }

  async #realize(
    { at: _at, from: _from, onEvent, force, ...options }: PauseOptions,
    jobs: number,
  ): Promise<void> {
    const named = typeof force === "object" ? force : force === true ? targetsOf(this.#closure) : [];
    const note = (event: RealizeEvent): void => {
      this.#note(event);
      onEvent?.(event);
    };
    const run$ = realize$(this.#closure, {
      // What is being held is not to be lost because of something else.
      keepGoing: true,
      ...options,
      // Those that are held take up a place, and do nothing.
      jobs: jobs + this.#at.size,
      force: force === "all" ? force : [...named, ...this.#at],
      executor: this.#executor,
      signal: this.#stopper.signal,
    });
    try {
      const done = await lastValueFrom(
        run$.pipe(
          tap(note),
          filter((event) => event.type === "done"),
        ),
      );
      this.#rrefs = done.rrefs as readonly RRef<C>[];
      this.#state = "done";
    } catch (error) {
      this.#error = this.#refusal ?? error;
      const isCancelled = this.#stopper.signal.aborted && this.#refusal === undefined;
      this.#state = isCancelled ? "cancelled" : "failed";
      // Who gave it up need not be told.
      if (this.#isGivenUp) this.#error = undefined;
    }
    this.#changed();
  }

  #note(event: RealizeEvent): void {
    switch (event.type) {
      case "built":
        this.#executor.settled(event.dref);
        return;
      case "reused":
      case "matched":
      case "failed":
      case "cancelled":
        this.#executor.settled(event.dref);
        this.#settled.add(event.dref);
        this.#changed();
        return;
      case "planned":
      case "waiting":
      case "warning":
      case "started":
      case "log":
      case "progress":
      case "display":
      case "clear":
      case "overall":
      case "done":
    }
  }

  #holdsAt(at: PausePlace | readonly PausePlace[] | undefined, doing: string): Hold[] {
    const { holds } = this.#executor;
    const places = at === undefined ? holds.keys() : derivationsAt(this.#closure, at, doing);
    const found = [...places].flatMap((dref) => holds.get(dref) ?? []);
    if (found.length > 0) return found;
    const { name } = parseDRef(this.#closure.dref);
    throw new LightnixError("not-held", `Cannot ${doing} "${name}": ${this.#whyNotHeld()}`, {
      data: { target: this.#closure.dref, state: this.state },
    });
  }

  #whyNotHeld(): string {
    switch (this.state) {
      case "held":
        return `held are ${this.builds.map(({ dref }) => parseDRef(dref).name).join(", ")}`;
      case "running":
        return "nothing of it is held just now, it goes on already";
      case "done":
        return "it is done already";
      case "failed":
        return "it failed";
      case "cancelled":
        return "it was cancelled";
    }
  }
}

/** For each derivation, which of `at` it depends on, directly or not. */
function heldBelow({ derivations }: Closure, at: ReadonlySet<DRef>): ReadonlyMap<DRef, ReadonlySet<DRef>> {
  const below = new Map<DRef, ReadonlySet<DRef>>();
  // Dependencies come first.
  for (const { dref, dependencies } of derivations) {
    const all = dependencies.flatMap((one) => [...(at.has(one) ? [one] : []), ...(below.get(one) ?? [])]);
    below.set(dref, new Set(all));
  }
  return below;
}
