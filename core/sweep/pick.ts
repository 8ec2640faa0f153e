import { isStage } from "../config.ts";
import { LightnixError } from "../errors.ts";
import type { DRef, RRef } from "../ref.ts";
import { drefOf } from "../ref.ts";
import { candidatesOf } from "../realize/choose.ts";
import { chooseNow } from "../realize/choose-now.ts";
import { derivationsOf, describeStage, mergeDerivations } from "../stage/describe.ts";
import type { Candidate, Matcher } from "../stage/matcher.ts";
import { noMetric, refusedIn } from "../stage/no-metric.ts";
import type { StoreOption } from "../stage/registry.ts";
import { openStore } from "../store/store.ts";
import type { SweepPoint } from "./sweep.ts";

/** What a matcher takes out of a sweep. */
export interface Picked<C = unknown> {
  readonly rref: RRef<C>;
  readonly point: SweepPoint<C>;
}

interface Points<C> {
  readonly name: string;
  readonly points: readonly SweepPoint<C>[];
}

/** The one realization that a matcher takes; see `Sweep.pick`. */
export async function pick<C>(from: Points<C>, matcher: Matcher, options?: StoreOption): Promise<Picked<C>> {
  const [first, ...others] = await pickMany(from, matcher, options);
  if (first !== undefined && others.length === 0) return first;
  throw new LightnixError(
    "several-realizations",
    `Cannot pick one realization from the sweep of "${from.name}": the matcher ${matcher.name} takes ${others.length + 1}. ` +
      "pickMany() gives them all",
    { data: { rrefs: [first, ...others].map((one) => one?.rref) } },
  );
}

/** All realizations that a matcher takes; see `Sweep.pickMany`. At least one. */
export async function pickMany<C>(
  { name, points }: Points<C>,
  matcher: Matcher,
  { store = openStore() }: StoreOption = {},
): Promise<Picked<C>[]> {
  const { chosen, problems } = await chooseNow(
    store,
    mergeDerivations(points.map(({ stage }) => derivationsOf(stage))),
  );
  const owners = new Map<DRef, SweepPoint<C>>(
    points.map((point) => [describeStage(point.stage).dref, point]),
  );
  const rrefs = [...owners.keys()].flatMap((dref) => chosen.get(dref) ?? []);
  const nameOf = (rref: RRef): string => pointName(owners.get(drefOf(rref))?.values ?? {});
  const taken =
    rrefs.length === 0 ? undefined : pickPoints(matcher, candidatesOf(store, rrefs), { name, nameOf });
  if (taken !== undefined && taken.length > 0) {
    return taken.map((rref) => ({ rref: rref as RRef<C>, point: owners.get(drefOf(rref)) as SweepPoint<C> }));
  }
  const [problem] = problems.values();
  const reason =
    rrefs.length > 0
      ? `${matcher.name} takes none of the ${rrefs.length} realizations`
      : `none of its ${points.length} points has a realization that counts${problem === undefined ? ". Realize it first" : `: ${problem}`}`;
  throw new LightnixError("no-realization", `Cannot pick from the sweep of "${name}": ${reason}`, {
    data: { matcher: matcher.name, realizations: rrefs.length },
  });
}

/**
 * What a matcher takes of the realizations of all points; when none of them can be compared, the error says what each point has.
 *
 * @throws {LightnixError} `no-metric`; what the matcher throws
 */
export function pickPoints(
  matcher: Matcher,
  candidates: readonly Candidate[],
  { name, nameOf }: { readonly name: string; readonly nameOf: (rref: RRef) => string },
): readonly RRef[] | undefined {
  try {
    return matcher.pick(candidates);
  } catch (error) {
    const refused = refusedIn(error);
    if (refused === undefined) throw error;
    const compared = candidates.filter(({ rref }) => refused.rrefs.includes(rref));
    const what = `choose from the sweep of "${name}"`;
    throw noMetric(refused.metric, compared, { what, noun: "point", n: refused.n, nameOf });
  }
}

/** What a point is called in messages: `lr 0.1, depth 2`. */
export function pointName(values: Readonly<Record<string, unknown>>): string {
  const text = (value: unknown): string =>
    isStage(value) ? value.name : typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return Object.entries(values)
    .map(([field, value]) => `${field} ${text(value).slice(0, 40)}`)
    .join(", ");
}
