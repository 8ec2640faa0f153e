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

/** A run that goes on. */
interface Running {
  readonly pace: Pace;
  readonly total?: number | undefined;
}

/** The runs of one derivation. */
interface Runs {
  readonly name: string;
  /** By their numbers; where they have none, there is one at a time. */
  readonly goingOn: Map<number | undefined, Running>;
  /** How many are over, and how many there will be as far as is known. */
  over: number;
  all: number;
}

/** Which run is meant. */
type RunRef = Pick<EventOf<"progress">, "dref" | "run">;

type EventOf<T extends NewEvent["type"]> = Extract<NewEvent, { readonly type: T }>;
type Started = EventOf<"started">;
type Counted = EventOf<"progress">;
type Overall = EventOf<"overall">;

/** Follows a realization by its events, and tells how far it is as a whole. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #settled = new Set<DRef>();
  /** Of the derivations of which a run has begun, until their end. */
  readonly #runs = new Map<DRef, Runs>();
  readonly #builtMs: number[] = [];

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Takes note of an event. */
  note(event: NewEvent, at: number): void {
    switch (event.type) {
      case "started":
        this.#begin(event, at);
        return;
      case "progress":
        this.#count(event, at);
        return;
      case "built": {
        this.#builtMs.push(event.ms);
        const runs = this.#runs.get(event.dref);
        if (runs === undefined) return;
        runs.goingOn.delete(event.run);
        runs.over++;
        return;
      }
      case "reused":
      case "matched":
      case "failed":
      case "cancelled":
        this.#settled.add(event.dref);
        this.#runs.delete(event.dref);
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
  remainingMs({ dref, run }: RunRef, now: number): number | undefined {
    const running = this.#runs.get(dref)?.goingOn.get(run);
    return running && countedMs(running, now);
  }

  /** How far the realization is; undefined while nothing runs. */
  overall(now: number): Overall | undefined {
    const running = [...this.#runs].flatMap(([dref, { name, goingOn }]) =>
      [...goingOn].map(([run, one]): RunningStage => {
        const leftMs = countedMs(one, now) ?? this.#expectedMs(dref, one, now);
        const elapsedMs = now - one.pace.startedAt;
        const of = { dref, name, ...(run !== undefined && { run }) };
        return { ...of, elapsedMs, ...(leftMs !== undefined && { remainingMs: leftMs }) };
      }),
    );
    if (running.length === 0) return undefined;
    const leftMs = this.#estimateMs(now);
    return {
      type: "overall",
      settled: this.#settled.size,
      total: this.#options.derivations.length,
      running,
      ...(leftMs !== undefined && { remainingMs: leftMs }),
    };
  }

  #begin({ dref, name, run, runs = 1 }: Started, at: number): void {
    const known = this.#runs.get(dref) ?? {
      name,
      goingOn: new Map<number | undefined, Running>(),
      over: 0,
      all: 1,
    };
    known.goingOn.set(run, { pace: startPace(at) });
    known.all = Math.max(runs, known.over + known.goingOn.size);
    this.#runs.set(dref, known);
  }

  #count({ dref, run, current, total }: Counted, at: number): void {
    const goingOn = this.#runs.get(dref)?.goingOn;
    const running = goingOn?.get(run);
    // Also what is fetched is counted, before there is a run.
    if (running !== undefined) goingOn?.set(run, { pace: nextPace(running.pace, { at, current }), total });
  }

  /** What is left by what it took before. */
  #expectedMs(dref: DRef, { pace }: Running, now: number): number | undefined {
    const expectedMs = this.#options.expectedMs(dref);
    return expectedMs && Math.max(0, expectedMs - (now - pace.startedAt));
  }

  #estimateMs(now: number): number | undefined {
    const { derivations, jobs, expectedMs } = this.#options;
    const open = derivations
      .filter(({ dref }) => !this.#settled.has(dref))
      .map(({ dref, dependencies }) => {
        const runs = this.#runs.get(dref);
        const running = [...(runs?.goingOn.values() ?? [])].map((one) => ({
          elapsedMs: now - one.pace.startedAt,
          remainingMs: countedMs(one, now),
        }));
        const waiting = runs === undefined ? 1 : Math.max(0, runs.all - runs.over - running.length);
        return { dref, dependencies, running, waiting, expectedMs: expectedMs(dref) };
      });
    return estimateMs(open, { jobs, builtMs: this.#builtMs });
  }
}

function countedMs({ pace, total }: Running, now: number): number | undefined {
  const leftMs = remainingMs(pace, total);
  return leftMs && Math.max(0, leftMs - (now - pace.at));
}
