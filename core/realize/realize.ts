import { filter, lastValueFrom, Observable } from "./rx.ts";
import { isStage } from "../config.ts";
import { LightnixError } from "../errors.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Closure } from "../stage/closure.ts";
import { instantiate, Registry } from "../stage/registry.ts";
import type { Stage } from "../stage/stage.ts";
import { isClosure, mapTargets, type Targets } from "../stage/targets.ts";
import { isSweep, type Swept } from "../sweep/swept.ts";
import { conduct } from "./conduct.ts";
import { checkNumbers } from "./demand.ts";
import type { DoneEvent, RealizeEvent, TargetOutcome } from "./events.ts";
import type { RealizeOptions } from "./options.ts";
import { notOne } from "./failure.ts";
import { joinClosures } from "./together.ts";

/**
 * Realizes a stage, closure or sweep, or several in arrays and objects in one run, as a stream of what happens. Nothing happens
 * before somebody subscribes. Unsubscribing cancels: the realizers' signal fires, their child processes die, their temporary folders
 * go; what is finished stays.
 *
 * The stream ends with `done`, or with an error: that of the derivation that failed, `several-failed` with `keepGoing`,
 * `cancelled` after `options.signal` fired, `not-realized` with `assertRealized`. A sweep is realized with `keepGoing` unless told
 * otherwise: one point that fails says nothing of the others.
 *
 * @throws {RangeError} for numbers among the options that are none from 1 on; on the stream `no-target` when there is nothing in the
 *   arrays and objects
 *
 * @example
 * ```ts
 * realize$(classifier).subscribe((event) => {
 *   if (event.type === "progress") bar.update(event.current, event.total);
 * });
 * ```
 */
export function realize$(targets: Targets, given: RealizeOptions = {}): Observable<RealizeEvent> {
  const options = optionsFor(targets, given);
  checkNumbers(options);
  return new Observable<RealizeEvent>((subscriber) => {
    const stopper = new AbortController();
    const emit = (event: RealizeEvent): void => subscriber.next(event);
    let ended = false;
    closureOf(targets, options)
      .then((closure) => conduct({ closure, options, stopper, emit }))
      .finally(() => (ended = true))
      .then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
    return () => {
      // Comes after the end, too, when there is nothing to cancel.
      if (!ended) stopper.abort(new DOMException("Nobody waits for this realization any more", "AbortError"));
    };
  });
}

/**
 * Realizes a stage or closure, and returns its realizations: those that its matcher takes. Runs what has to run and reuses
 * everything else. With `dryRun`, returns what there is. Of arrays and objects of stages, all are realized in one run, and the
 * realizations of each come in the same arrays and objects; those of a sweep in an array, point by point.
 *
 * @throws as the stream of `realize$`
 */
export async function realizeMany<C>(
  target: Stage<C> | Closure<C>,
  options?: RealizeOptions,
): Promise<RRef<C>[]>;
export async function realizeMany<const T extends Targets>(
  targets: T,
  options?: RealizeOptions,
): Promise<RealizedMany<T>>;
export async function realizeMany(targets: Targets, options: RealizeOptions = {}): Promise<unknown> {
  if (isStage(targets) || isClosure(targets)) return await rrefsOf(targets, options);
  return await realizeTogether(targets, options, ({ rrefs }) => rrefs);
}

/** A realization for each stage and closure. */
export type Realized<T> = Targets extends T
  ? unknown
  : T extends Stage<infer C>
    ? RRef<C>
    : T extends Closure<infer C>
      ? RRef<C>
      : T extends Swept<infer C>
        ? RRef<C>[]
        : { -readonly [K in keyof T]: Realized<T[K]> };

/** The realizations for each stage and closure. */
export type RealizedMany<T> = Targets extends T
  ? unknown
  : T extends Stage<infer C>
    ? RRef<C>[]
    : T extends Closure<infer C>
      ? RRef<C>[]
      : T extends Swept<infer C>
        ? RRef<C>[][]
        : { -readonly [K in keyof T]: RealizedMany<T[K]> };

async function rrefsOf<C>(target: Stage<C> | Closure<C>, options: RealizeOptions): Promise<RRef<C>[]> {
  return [...(await endOf(target, options)).rrefs] as RRef<C>[];
}

async function endOf(target: Stage | Closure, options: RealizeOptions): Promise<DoneEvent> {
  return await lastValueFrom(realize$(target, options).pipe(filter((event) => event.type === "done")));
}

/**
 * Realizes a stage or closure that has one realization that counts, and returns it. Arrays and objects of stages are realized in
 * one run, and their realizations come in the same arrays and objects; then `force`, `count` and `atLeast` are about each of them.
 *
 * @throws {LightnixError} `several-realizations` when its matcher takes several; else as the stream of `realize$`
 *
 * @example
 * ```ts
 * const rref = await realize(classifier);
 * lens(rref).metrics.json.accuracy;
 * const { train, test } = await realize({ train: trainSet, test: testSet });
 * ```
 */
export async function realize<C>(target: Stage<C> | Closure<C>, options?: RealizeOptions): Promise<RRef<C>>;
export async function realize<const T extends Targets>(
  targets: T,
  options?: RealizeOptions,
): Promise<Realized<T>>;
export async function realize(targets: Targets, options: RealizeOptions = {}): Promise<unknown> {
  if (!isStage(targets) && !isClosure(targets))
    return await realizeTogether(targets, options, ({ dref, rrefs }) => onlyOne(dref, rrefs));
  const closure = await closureOf(targets, options);
  return onlyOne(closure.dref, await rrefsOf(closure, options));
}

function onlyOne(dref: DRef, rrefs: readonly RRef[]): RRef {
  const [rref] = rrefs;
  if (rref === undefined || rrefs.length > 1) throw notOne(dref, rrefs);
  return rref;
}

/** Realizes several in one run, and puts what came of each into its place. */
async function realizeTogether(
  targets: Exclude<Targets, Stage | Closure>,
  options: RealizeOptions,
  take: (outcome: TargetOutcome) => unknown,
): Promise<unknown> {
  const { closures, inPlace } = await instantiateAll(targets, options);
  const [first, ...others] = closures;
  if (first === undefined) return inPlace;
  const { outcomes } = await endOf(joinClosures([first, ...others]), optionsFor(targets, options));
  const rrefs = new Map(outcomes.map((outcome) => [outcome.dref, outcome.rrefs]));
  return await mapTargets(inPlace, (closure) => {
    const { dref } = closure as Closure;
    return take({ dref, rrefs: [...(rrefs.get(dref) ?? [])] });
  });
}

/** One point of a sweep that fails says nothing of the others. */
function optionsFor(targets: Targets, options: RealizeOptions): RealizeOptions {
  return options.keepGoing === undefined && isSweep(targets) ? { ...options, keepGoing: true } : options;
}

async function closureOf(targets: Targets, options: RealizeOptions): Promise<Closure> {
  if (isStage(targets)) return await instantiate(targets, { store: options.store });
  if (isClosure(targets)) return targets;
  const [first, ...others] = (await instantiateAll(targets, options)).closures;
  if (first !== undefined) return joinClosures([first, ...others]);
  throw new LightnixError("no-target", "Cannot realize nothing: there is no stage in what is to be realized");
}

/** The closures of all stages, and the same in the place of the stages. */
async function instantiateAll(
  targets: Targets,
  { store }: RealizeOptions,
): Promise<{ closures: readonly Closure[]; inPlace: Targets }> {
  const closures: Closure[] = [];
  const inPlace = (await instantiate(targets, { registry: new Registry({ store }) })) as Targets;
  await mapTargets(inPlace, (one) => closures.push(one as Closure));
  return { closures, inPlace };
}
