import { makeContext, type Context } from "../context.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Closure, Derivation } from "../stage/closure.ts";
import type { DerivationEvent, NewEvent } from "./events.ts";
import type { RealizeOptions } from "./options.ts";
import type { Substituter } from "../remotes/substituters.ts";
import { OutsideInputs } from "./outside-inputs.ts";
import { Untouched } from "./untouched.ts";

/** One realization while it goes on: what it was told, and how far it has come. */
export interface Run {
  readonly closure: Closure;
  readonly options: RealizeOptions;
  /** Fires when the work is to stop, whoever wants that. */
  readonly signal: AbortSignal;
  readonly emit: (event: NewEvent) => void;
  /** Those that the caller wants built anew by name. */
  readonly forced: ReadonlySet<DRef>;
  /** For each derivation that is done, the realizations that count. */
  readonly chosen: Map<DRef, readonly RRef[]>;
  /** Those of them that count as failed: a failure was recorded for them. */
  readonly failed: Map<DRef, readonly RRef[]>;
  /** Of those that were cancelled, where what their runs had made is kept. */
  readonly kept: Map<DRef, readonly string[]>;
  /** Looks after what its realizers work on. */
  readonly untouched: Untouched;
  /** Says what they read besides their inputs. */
  readonly outside: OutsideInputs;
  /** The other stores that are asked before something is built. */
  readonly substituters: readonly Substituter[];
  /** Which of them were built by this very run; with `dryRun`, those that would be. */
  readonly built: Set<DRef>;
}

/** What a realization begins with. */
export type RunStart = Pick<Run, "closure" | "options" | "signal"> &
  Partial<Pick<Run, "emit" | "forced" | "substituters">>;

/** A realization that begins: nothing is done yet. Unless given, nobody listens, no other store is asked, and nothing is built by name. */
export function startRun({
  emit = () => undefined,
  forced = new Set(),
  substituters = [],
  ...start
}: RunStart): Run {
  const { store } = start.closure;
  return {
    ...start,
    emit,
    forced,
    substituters,
    chosen: new Map(),
    failed: new Map(),
    kept: new Map(),
    untouched: new Untouched(store),
    outside: new OutsideInputs(store),
    built: new Set(),
  };
}

/** Emits an event about one derivation. */
export function emitFor(run: Run, { dref, name }: Derivation, event: DerivationEvent): void {
  run.emit({ ...event, dref, name });
}

/** Emits that there are realizations already that count; before it, what has changed outside of the store since they were made. */
export function emitReused(
  run: Run,
  derivation: Derivation,
  reused: { readonly rrefs: readonly RRef[]; readonly substituter?: string },
): void {
  const text = run.outside.ofReused(derivation, reused.rrefs);
  if (text !== undefined) warnOfOutside(run, derivation, text);
  emitFor(run, derivation, { type: "reused", ...reused });
}

/** Emits a warning about what a realizer read besides its inputs, unless it was told already. */
export function warnOfOutside(run: Run, derivation: Derivation, text: string): void {
  if (run.outside.isNew(text)) emitFor(run, derivation, { type: "warning", text });
}

/** The context that a derivation is to be realized in, now that its dependencies are. */
export function contextFor(run: Run, { dependencies }: Derivation): Context {
  return makeContext(dependencies.map((dependency) => [dependency, run.chosen.get(dependency) ?? []]));
}
