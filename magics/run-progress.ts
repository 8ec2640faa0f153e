import type { RealizeEvent } from "../core/index.ts";

/** A realizer's own word on how far it is. */
export interface RunCounter {
  readonly current: number;
  readonly total?: number;
  readonly message?: string;
  readonly unit?: string;
}

/** One run of a realizer that goes on beside others, or before or after them. */
export interface RunProgress {
  /** Which run it is, from 1. */
  readonly run: number;
  readonly startedMs: number;
  readonly progress?: RunCounter;
  /** When it will be done, by its own count or else by what one took before. */
  readonly endsMs?: number;
  /** The end of what it printed. */
  readonly log: string;
}

const keptLogCharacters = 4000;

/** The end of a log after more was printed. */
export function withText(log: string, text: string): string {
  return (log + text).slice(-keptLogCharacters);
}

/** What a realizer says of how far it is. */
export function counterOf({ current, total, message, unit }: RunCounter): RunCounter {
  return {
    current,
    ...(total !== undefined && { total }),
    ...(message !== undefined && { message }),
    ...(unit !== undefined && { unit }),
  };
}

/** The same with another end, or with none. */
export function withEnd<T extends { readonly endsMs?: number }>(it: T, endsMs: number | undefined): T {
  const { endsMs: _endsMs, ...rest } = it;
  return (endsMs === undefined ? rest : { ...rest, endsMs }) as T;
}

/** The runs of a stage that go on, after an event about one of them. */
export function advanceRuns(going: readonly RunProgress[], event: RealizeEvent): readonly RunProgress[] {
  if (!("run" in event) || event.run === undefined) return going;
  const { run, at, type } = event;
  if (type === "started") return [...going, { run, startedMs: at, log: "" }];
  if (type === "built") return going.filter((one) => one.run !== run);
  return going.map((one) => (one.run === run ? advanceRun(one, event) : one));
}

function advanceRun(one: RunProgress, event: RealizeEvent): RunProgress {
  if (event.type === "log") return { ...one, log: withText(one.log, event.text) };
  if (event.type !== "progress") return one;
  const endsMs = event.remainingMs === undefined ? one.endsMs : event.at + event.remainingMs;
  return withEnd({ ...one, progress: counterOf(event) }, endsMs);
}
