import { filter, lastValueFrom, Observable } from "./rx.ts";
import { isStage } from "../config.ts";
import type { RRef } from "../ref.ts";
import type { Closure } from "../stage/closure.ts";
import { instantiate } from "../stage/registry.ts";
import type { Stage } from "../stage/stage.ts";
import { conduct } from "./conduct.ts";
import { checkNumbers } from "./demand.ts";
import type { RealizeEvent, RealizeOptions } from "./events.ts";
import { notOne } from "./failure.ts";

/**
 * Realizes a stage or closure as a stream of what happens. Nothing happens before somebody subscribes. Unsubscribing cancels:
 * the realizers' signal fires, their child processes die, their temporary folders go; what is finished stays.
 *
 * The stream ends with `done`, or with an error: that of the derivation that failed, `several-failed` with `keepGoing`,
 * `cancelled` after `options.signal` fired, `not-realized` with `assertRealized`.
 *
 * @throws {RangeError} for numbers among the options that are none from 1 on
 *
 * @example
 * ```ts
 * realize$(classifier).subscribe((event) => {
 *   if (event.type === "progress") bar.update(event.current, event.total);
 * });
 * ```
 */
export function realize$<C>(
  target: Stage<C> | Closure<C>,
  options: RealizeOptions = {},
): Observable<RealizeEvent> {
  checkNumbers(options);
  return new Observable<RealizeEvent>((subscriber) => {
    const stopper = new AbortController();
    const emit = (event: RealizeEvent): void => subscriber.next(event);
    let ended = false;
    closureOf(target, options)
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
 * everything else. With `dryRun`, returns what there is.
 *
 * @throws as the stream of `realize$`
 */
export async function realizeMany<C>(
  target: Stage<C> | Closure<C>,
  options: RealizeOptions = {},
): Promise<RRef<C>[]> {
  const done = await lastValueFrom(realize$(target, options).pipe(filter((event) => event.type === "done")));
  return [...done.rrefs] as RRef<C>[];
}

/**
 * Realizes a stage or closure that has one realization that counts, and returns it.
 *
 * @throws {LightnixError} `several-realizations` when its matcher takes several; else as the stream of `realize$`
 *
 * @example
 * ```ts
 * const rref = await realize(classifier);
 * lens(rref).metrics.json.accuracy;
 * ```
 */
export async function realize<C>(
  target: Stage<C> | Closure<C>,
  options: RealizeOptions = {},
): Promise<RRef<C>> {
  const closure = await closureOf(target, options);
  const rrefs = await realizeMany(closure, options);
  const [rref] = rrefs;
  if (rref === undefined || rrefs.length > 1) throw notOne(closure.dref, rrefs);
  return rref;
}

async function closureOf<C>(target: Stage<C> | Closure<C>, { store }: RealizeOptions): Promise<Closure<C>> {
  return isStage(target) ? await instantiate(target, { store }) : target;
}
