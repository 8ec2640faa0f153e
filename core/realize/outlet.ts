import type { DRef } from "../ref.ts";
import type { NewEvent, RealizeEvent } from "./events.ts";
import { Spool } from "./spool.ts";
import type { Watch } from "./watch.ts";

const QUIET_MS = 50;
const OVERALL_EVERY_MS = 1_000;

type NewProgress = Extract<NewEvent, { readonly type: "progress" }>;

/** What one run of a derivation, or whatever else is about it, has said that is not told yet. */
interface Held {
  readonly dref: DRef;
  readonly name: string;
  readonly run: number | undefined;
  readonly spool: Spool;
  progress: NewProgress | undefined;
  /** By a clock that nobody sets. */
  toldAt: { log: number; progress: number };
  timer: NodeJS.Timeout | undefined;
}

/**
 * Where the events of one realization go out. It says when each happened, and keeps talkative realizers from flooding whoever
 * listens: a first word goes out at once, what follows within a twentieth of a second is put together. Whatever else happens
 * to a run or a derivation comes after what it said before.
 */
export class Outlet {
  readonly #next: (event: RealizeEvent) => void;
  readonly #watch: Watch;
  /** Of each derivation, its runs; where they have no number, there is one at a time. */
  readonly #held = new Map<DRef, Map<number | undefined, Held>>();
  readonly #clock: NodeJS.Timeout;
  #at = 0;

  /** Whoever makes it closes it. */
  constructor(watch: Watch, next: (event: RealizeEvent) => void) {
    this.#watch = watch;
    this.#next = next;
    this.#clock = setInterval(() => this.#tellOverall(), OVERALL_EVERY_MS).unref();
  }

  /** Lets an event out, now or with what comes soon. */
  emit(event: NewEvent): void {
    if (event.type === "log") {
      const held = this.#heldOf(event);
      held.spool.write(event.stream, event.text);
      this.#tellSoon(held, "log");
    } else if (event.type === "progress") {
      const held = this.#heldOf(event);
      held.progress = event;
      this.#tellSoon(held, "progress");
    } else {
      if ("dref" in event) this.#flush(event);
      this.#tell(event);
    }
  }

  /** Lets out what is held, and nothing more on its own. */
  close(): void {
    clearInterval(this.#clock);
    for (const runs of this.#held.values()) for (const held of runs.values()) this.#empty(held);
    this.#held.clear();
  }

  #heldOf({ dref, name, run }: Pick<NewProgress, "dref" | "name" | "run">): Held {
    const runs = this.#held.get(dref) ?? new Map<number | undefined, Held>();
    this.#held.set(dref, runs);
    let held = runs.get(run);
    if (held === undefined) {
      const toldAt = { log: -Infinity, progress: -Infinity };
      held = { dref, name, run, spool: new Spool(), progress: undefined, toldAt, timer: undefined };
      runs.set(run, held);
    }
    return held;
  }

  #tellSoon(held: Held, what: "log" | "progress"): void {
    const waitMs = held.toldAt[what] + QUIET_MS - performance.now();
    // A realizer that never lets go of the thread is heard all the same: then it goes out here and now.
    if (waitMs > 0) held.timer ??= setTimeout(() => this.#empty(held), waitMs).unref();
    else if (what === "log") this.#tellLog(held);
    else this.#tellProgress(held);
  }

  /** Tells what is held before something else happens: of one run, or, at the end, of all. */
  #flush(event: Exclude<NewEvent, { readonly type: "planned" | "overall" | "done" }>): void {
    const runs = this.#held.get(event.dref);
    if (runs === undefined) return;
    const isAboutAll = isEnd(event);
    const run = "run" in event ? event.run : undefined;
    for (const held of runs.values()) if (isAboutAll || held.run === run) this.#empty(held);
    if (isAboutAll) this.#held.delete(event.dref);
    else if (event.type === "built") runs.delete(run);
  }

  #empty(held: Held): void {
    clearTimeout(held.timer);
    held.timer = undefined;
    this.#tellLog(held);
    this.#tellProgress(held);
  }

  #tellLog({ dref, name, run, spool, toldAt }: Held): void {
    toldAt.log = performance.now();
    const of = { dref, name, ...(run !== undefined && { run }) };
    for (const piece of spool.take()) this.#tell({ type: "log", ...of, ...piece });
  }

  #tellProgress(held: Held): void {
    const { progress } = held;
    if (progress === undefined) return;
    held.progress = undefined;
    held.toldAt.progress = performance.now();
    this.#tell(progress);
  }

  #tellOverall(): void {
    const overall = this.#watch.overall(Date.now());
    if (overall !== undefined) this.#tell(overall);
  }

  #tell(event: NewEvent): void {
    // A clock that is set back must not make what comes later seem earlier.
    this.#at = Math.max(this.#at, Date.now());
    this.#watch.note(event, this.#at);
    const remainingMs = event.type === "progress" ? this.#watch.remainingMs(event, this.#at) : undefined;
    const estimate = remainingMs === undefined ? undefined : { remainingMs };
    this.#next({ ...event, ...estimate, at: this.#at });
  }
}

type End = Extract<NewEvent, { readonly type: "reused" | "matched" | "failed" | "cancelled" }>;

function isEnd(event: NewEvent): event is End {
  return ["reused", "matched", "failed", "cancelled"].includes(event.type);
}
