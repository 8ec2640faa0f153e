import type { JsonObject } from "../config.ts";
import { LightnixError } from "../errors.ts";
import type { FaultCode } from "../executors/build-fault.ts";
import { parseDRef, type DRef, type RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";

/** What a `BuildError` carries. */
export interface BuildFailure {
  readonly dref: DRef;
  /** Which run of its realizer it was, from 1, where several were called for. */
  readonly run?: number;
  /** Where the output folder and its log were kept, if they could be. */
  readonly keptAt: string | undefined;
  /** The realizations that the failure was recorded as, if it was. */
  readonly recorded?: readonly RRef[];
  /** The last lines of the log. */
  readonly log: string;
}

/**
 * A realizer that threw (`build-failed`, with what it threw as `cause`), did not keep its promises (`missing-artifact`), took its
 * process down (`build-crashed`), took too much (`time-limit`, `memory-limit`) or changed what the store holds
 * (`wrote-outside`). Nothing was published, unless it is told of several runs that one of them wrote outside.
 */
export class BuildError extends LightnixError {
  override readonly name: string = "BuildError";
  override readonly data: Readonly<Record<string, unknown>> & BuildFailure;

  constructor(
    code: "build-failed" | "missing-artifact" | FaultCode,
    reason: string,
    failure: BuildFailure & { cause?: unknown },
  ) {
    const { cause, ...data } = failure;
    const message = `Cannot build "${parseDRef(data.dref).name}": ${reason}${whatIsLeft(data)}`;
    super(code, message, { data: { ...data }, ...(cause !== undefined && { cause }) });
    this.data = { ...data };
  }
}

function whatIsLeft({ keptAt, recorded }: BuildFailure): string {
  if (recorded !== undefined) return `\nThe run is recorded as the failed outcome ${recorded.join(", ")}`;
  return keptAt === undefined ? "" : `\nIts output folder and log were kept at ${keptAt}`;
}

/** The error after which nothing of a realization is going on any more, because somebody cancelled it. */
export function cancelledError(
  target: DRef,
  { built, kept: places }: { readonly built: readonly DRef[]; readonly kept: readonly string[] },
  reason: unknown,
): LightnixError {
  const finished = built.length;
  const kept = finished === 0 ? "nothing was built" : `what was built before is kept: ${named(built)}`;
  return new LightnixError(
    "cancelled",
    `Cannot realize "${parseDRef(target).name}": it was cancelled; ${kept}${places.map(unfinished).join("")}`,
    {
      cause: reason,
      data: { target, finished, kept: places },
    },
  );
}

function unfinished(place: string): string {
  return `\nWhat was not finished is kept at ${place}`;
}

/** The error of a realization that went on after failures. */
export function severalFailed(target: DRef, errors: readonly Error[]): LightnixError {
  const counts = new Map<string, number>();
  for (const { message } of errors) {
    const [line = ""] = message.split("\n", 1);
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const lines = [...counts]
    .map(([line, count]) => `- ${line}${count === 1 ? "" : ` (${count} times)`}`)
    .join("\n");
  return new LightnixError(
    "several-failed",
    `Cannot realize "${parseDRef(target).name}": ${errors.length} derivations failed\n${lines}`,
    { cause: new AggregateError(errors), data: { target, errors } },
  );
}

/** The error of `assertRealized`. */
export function notRealized({ dref, name, config }: Derivation): LightnixError {
  return new LightnixError(
    "not-realized",
    `Cannot reuse "${name}": it would have to be built (${dref}), and assertRealized forbids that. Its config is\n${shownConfig(config)}`,
    { data: { dref, config } },
  );
}

/** The error of a matcher that is not satisfied after the realizer ran. */
export function unsatisfied(
  derivation: Derivation,
  built: readonly RRef[],
  existing: readonly RRef[],
): LightnixError {
  const { name, matcher, dref } = derivation;
  return new LightnixError(
    "unsatisfied-match",
    `Cannot choose a realization of "${name}": its matcher ${matcher.name} takes none, although the realizer ran.\n` +
      `Built now:\n  ${listed(built)}\nThere are, made from the same dependencies:\n  ${listed(existing)}`,
    { data: { dref, built, existing } },
  );
}

/** The error of a realizer that was to make more outcomes and makes the same one again. */
export function nothingNew(derivation: Derivation, wanted: number, existing: readonly RRef[]): LightnixError {
  const { name, dref } = derivation;
  return new LightnixError(
    "nothing-new",
    `Cannot make ${wanted} realizations of "${name}": there are ${existing.length}, and the last run of the realizer only made ` +
      "outcomes that were there already. It seems to have no randomness in it",
    { data: { dref, wanted, existing } },
  );
}

/** The error of `realize` where the matcher takes several. */
export function notOne(target: DRef, rrefs: readonly RRef[]): LightnixError {
  const { name } = parseDRef(target);
  return new LightnixError(
    "several-realizations",
    `Cannot return the one realization of "${name}": there are ${rrefs.length}. Use realizeMany() to have them all`,
    { data: { target, rrefs } },
  );
}

function listed(rrefs: readonly RRef[]): string {
  return rrefs.length === 0 ? "none" : rrefs.join("\n  ");
}

function shownConfig(config: JsonObject): string {
  const text = JSON.stringify(config, undefined, 2);
  return text.length > 4_000 ? `${text.slice(0, 4_000)}\n...` : text;
}

const NAMES_SHOWN = 10;

function named(drefs: readonly DRef[]): string {
  const names = drefs.slice(0, NAMES_SHOWN).map((dref) => `"${parseDRef(dref).name}"`);
  const more = drefs.length - names.length;
  return names.join(", ") + (more === 0 ? "" : ` and ${more} more`);
}
