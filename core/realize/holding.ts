import type { Json } from "../config.ts";
import type { BuildTask, Executor } from "../executors/executor.ts";
import { Slots } from "../executors/slots.ts";
import { Taken } from "../executors/taken.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Build } from "../stage/build.ts";
import { openBuild, type OpenBuild } from "../stage/open-build.ts";
import type { Lock } from "../store/lock.ts";
import { newRun } from "../store/kept-build.ts";
import { adopt, checkSameContext, type Adopted, type Found } from "./adopt.ts";

/** A build that is held, until it is said what becomes of it. */
export interface Hold {
  readonly task: BuildTask;
  readonly build: Build;
  /** Waits for the commands that it still runs. */
  finish(): Promise<void>;
  /** Lets it go: what is in its folders is published, or, with `rrefs`, these count instead. */
  release(rrefs?: readonly RRef[]): void;
}

/** What a holding executor works with. */
export interface HoldingOptions {
  /** Runs what is not held. */
  readonly inner: Executor;
  /** How many of those run at once. Held ones do not count. */
  readonly jobs: number;
  readonly isHeld: (dref: DRef) => boolean;
  /** What a build left that its derivation's next one goes on with. */
  readonly left: Found | undefined;
  /** Called when there is a new hold, and when one is gone. */
  readonly changed: () => void;
  /** Called when a build cannot be held as it was asked for. It cancels everything. */
  readonly refuse: (error: unknown) => void;
}

/** Hands out the builds of some derivations to a person, instead of running their realizers. */
export class HoldingExecutor implements Executor {
  readonly name: string;
  readonly holds: Map<DRef, Hold> = new Map();
  readonly #options: HoldingOptions;
  readonly #slots: Slots;
  readonly #toPublish = new Map<DRef, Lock>();
  #left: Found | undefined;

  constructor(options: HoldingOptions) {
    this.name = options.inner.name;
    this.#options = options;
    this.#slots = new Slots(options.jobs);
    this.#left = options.left;
  }

  async run(task: BuildTask): Promise<Readonly<Record<string, Json>> | undefined> {
    const { inner, isHeld } = this.#options;
    if (isHeld(task.derivation.dref)) return await this.#hold(task);
    const leave = await this.#slots.enter(task.signal);
    try {
      return await inner.run(task);
    } finally {
      leave();
    }
  }

  /** A person makes one outcome after the other. */
  isOneByOne(dref: DRef): boolean {
    const { inner, isHeld } = this.#options;
    return isHeld(dref) || inner.isOneByOne?.(dref) === true;
  }

  /** Is told that what was made by hand is published, or kept because it could not be. */
  settled(dref: DRef): void {
    this.#toPublish.get(dref)?.release();
    this.#toPublish.delete(dref);
  }

  async #hold(task: BuildTask): Promise<Readonly<Record<string, Json>>> {
    const { derivation, store, context, outs } = task;
    const { dref, config } = derivation;
    const started = new Date().toISOString();
    const mark = await store.markHeld({ dref, context, started, run: newRun(), outs });
    const open = openBuild({ ...task, dref, config });
    let adopted: Adopted | undefined;
    let isDone = false;
    try {
      adopted = await this.#takeOver(task);
      const rrefs = await this.#untilReleased(task, open);
      if (rrefs !== undefined) throw new Taken(rrefs);
      isDone = true;
      return { hand: true };
    } finally {
      this.holds.delete(dref);
      await open.close();
      if (!isDone) adopted?.giveBack();
      // What is let go is still to be published, and not to be lost with the process until it is.
      if (isDone) this.#toPublish.set(dref, mark);
      else mark.release();
      this.#options.changed();
    }
  }

  async #takeOver({ derivation, store, context, outs, announce }: BuildTask): Promise<Adopted | undefined> {
    const left = this.#left;
    if (left === undefined || left.dref !== derivation.dref) return undefined;
    // Once: what it left is here now.
    this.#left = undefined;
    try {
      checkSameContext(left, context);
      const adopted = await adopt(store, left, outs);
      for (const entry of adopted.shown) {
        if (entry.kind === "text") announce.log("log", entry.text);
        else announce.display(entry);
      }
      return adopted;
    } catch (error) {
      this.#options.refuse(error);
      throw error;
    }
  }

  async #untilReleased(task: BuildTask, open: OpenBuild): Promise<readonly RRef[] | undefined> {
    const { signal, derivation } = task;
    signal.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      signal.addEventListener("abort", abort, { once: true });
      const release = (rrefs?: readonly RRef[]): void => {
        signal.removeEventListener("abort", abort);
        this.holds.delete(derivation.dref);
        resolve(rrefs);
      };
      this.holds.set(derivation.dref, { task, build: open.build, finish: () => open.finish(), release });
      this.#options.changed();
    });
  }
}
