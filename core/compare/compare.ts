import { contextEntries } from "../context.ts";
import { compareDependencies } from "../explain/compare-dependencies.ts";
import { compareConfigs } from "../explain/compare.ts";
import { compareEnvironments } from "../explain/made-in.ts";
import { textFinder } from "../explain/planned-closure.ts";
import { outcomes } from "../outcomes/outcomes.ts";
import type { RRef } from "../ref.ts";
import type { LoadBundleOptions } from "../stage/load-bundle.ts";
import type { StoreOption } from "../stage/registry.ts";
import { openStore, type Store } from "../store/store.ts";
import { compareArtifacts } from "./compare-artifacts.ts";
import { compareMetrics } from "./compare-metrics.ts";
import type { Compared, ContextDifference } from "./compared.ts";
import { readSide, type CompareTarget } from "./compared-side.ts";

/** Where to look, and, for a derivation of the store, where its packages are. */
export type CompareOptions = StoreOption & Pick<LoadBundleOptions, "folders">;

/**
 * Two realizations side by side, or what stands for one: a stage, closure or derivation for that which its matcher takes. Config, code,
 * packages and dependencies are those of the derivations and are told as `explain` tells them; metrics and artifacts are those of the
 * realizations. Realizes nothing and writes nothing.
 *
 * @throws {LightnixError} `unknown-derivation`, `unknown-realization`, `damaged`
 *
 * @example
 * ```ts
 * const { changes, metrics } = await compare(classifier, older);
 * for (const { name, difference } of metrics) console.log(name, difference);
 * ```
 */
export async function compare(
  before: CompareTarget,
  after: CompareTarget,
  { store = openStore(), folders }: CompareOptions = {},
): Promise<Compared> {
  const options = { store, folders };
  const [old, now] = [await readSide(before, options), await readSide(after, options)];
  const closures = [old.closure, now.closure];
  const findText = textFinder(closures);
  const changes = compareConfigs(old.side.config, now.side.config, findText);
  const configs = new Map(
    closures.flatMap(({ derivations }) => derivations.map(({ dref, config }) => [dref, config] as const)),
  );
  const [from, to] = [old.side.realization?.rref, now.side.realization?.rref];
  const table = await outcomes([old.closure, now.closure], { store });
  const row = (rref: RRef | undefined) => table.rows.find((one) => one.rref === rref);
  return Object.freeze({
    kind: "compared",
    before: old.side,
    after: now.side,
    changes,
    comparisons: compareDependencies(changes, { store, configs, findText }),
    context: from === undefined || to === undefined ? [] : compareContexts(from, to, store),
    environment:
      old.side.realization && now.side.realization
        ? compareEnvironments(old.side.realization.record, now.side.realization.record)
        : [],
    metrics: compareMetrics(table.columns, row(from), row(to)),
    ...(table.metric && { metric: table.metric }),
    artifacts: await compareArtifacts(from, to, store),
  });
}

/** Only what both depend on: others are among the changes. */
function compareContexts(before: RRef, after: RRef, store: Store): ContextDifference[] {
  const now = new Map(contextEntries(store.context(after)));
  return contextEntries(store.context(before)).flatMap(([dref, rrefs]) => {
    const others = now.get(dref);
    const isSame = others === undefined || others.join() === rrefs.join();
    return isSame ? [] : [{ dref, before: rrefs, after: others }];
  });
}
