import type { DRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import type { NewEvent, RunningStage } from "./events.ts";
import { estimateMs } from "./estimate.ts";
import { nextPace, remainingMs, startPace, type Pace } from "./pace.ts";

/** What is to be known to tell how a realization goes. */
export interface WatchOptions {
  /** Dependencies first. */
  readonly derivations: readonly Derivation[];
  readonly jobs: number;
  /** How long a derivation took before, as far as that is known. */
  readonly expectedMs: (dref: DRef) => number | undefined;
}

interface Running {
  readonly name: string;
  readonly pace: Pace;
  readonly total?: number | undefined;
}

type Overall = Extract<NewEvent, { readonly type: "overall" }>;

/** Follows a realization by its events, and tells how far it is as a whole. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #settled = new Set<DRef>();
  readonly #running = new Map<DRef, Running>();
  readonly #builtMs: number[] = [];

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Takes note of an event. */
  note(event: NewEvent, at: number): void {
    switch (event.type) {
      case "started":
        this.#running.set(event.dref, { name: event.name, pace: startPace(at) });
        return;
      case "progress": {
        const running = this.#running.get(event.dref);
        if (running === undefined) return;
        const pace = nextPace(running.pace, { at, current: event.current });
        this.#running.set(event.dref, { ...running, pace, total: event.total });
        return;
      }
      case "built":
        this.#builtMs.push(event.ms);
        this.#running.delete(event.dref);
        return;
      case "reused":
      case "matched":
      case "failed":
      case "cancelled":
        this.#settled.add(event.dref);
        this.#running.delete(event.dref);
        return;
      case "planned":
      case "waiting":
      case "warning":
      case "log":
      case "display":
      case "clear":
      case "overall":
      case "done":
    }
  }

  /** How long a run will still last by its own count; undefined where that cannot be told. */
  remainingMs(dref: DRef, now: number): number | undefined {
    const running = this.#running.get(dref);
    if (running === undefined) return undefined;
    const leftMs = remainingMs(running.pace, running.total);
    return leftMs && Math.max(0, leftMs - (now - running.pace.at));
  }

  /** How far the realization is; undefined while nothing runs. */
  overall(now: number): Overall | undefined {
    if (this.#running.size === 0) return undefined;
    const { derivations } = this.#options;
    const running = [...this.#running].map(([dref, { name, pace }]): RunningStage => {
      const leftMs = this.#leftMs(dref, now);
      const elapsedMs = now - pace.startedAt;
      return { dref, name, elapsedMs, ...(leftMs !== undefined && { remainingMs: leftMs }) };
    });
    const leftMs = this.#estimateMs(now);
    return {
      type: "overall",
      settled: this.#settled.size,
      total: derivations.length,
      running,
      ...(leftMs !== undefined && { remainingMs: leftMs }),
    };
  }

  /** By its own count, else by what it took before. */
  #leftMs(dref: DRef, now: number): number | undefined {
    const counted = this.remainingMs(dref, now);
    const expectedMs = this.#options.expectedMs(dref);
    const startedAt = this.#running.get(dref)?.pace.startedAt ?? now;
    return counted ?? (expectedMs && Math.max(0, expectedMs - (now - startedAt)));
  }

  #estimateMs(now: number): number | undefined {
    const { derivations, jobs, expectedMs } = this.#options;
    const open = derivations
      .filter(({ dref }) => !this.#settled.has(dref))
      .map(({ dref, dependencies }) => {
        const running = this.#running.get(dref);
        return {
          dref,
          dependencies,
          elapsedMs: running && now - running.pace.startedAt,
          remainingMs: this.remainingMs(dref, now),
          expectedMs: expectedMs(dref),
        };
      });
    return estimateMs(open, { jobs, builtMs: this.#builtMs });
  }
}
