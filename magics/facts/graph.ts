import type { Closure, Derivation, DRef, ExplainedDerivation, Explanation, Store } from "../../core/index.ts";
import { varyingFields } from "../../core/outcomes/config-fields.ts";
import { isDRef } from "../../core/ref.ts";
import { targetsOf } from "../../core/stage/closure.ts";
import { toldApart } from "../told-apart.ts";

/** What would become of a derivation, or what keeps it from becoming anything. */
export type GraphState = "reused" | "would-run" | "failed" | "held";

/** A node of the picture of a closure: a derivation, or several of one name at one depth. */
export interface GraphNode {
  readonly drefs: readonly DRef[];
  readonly name: string;
  /** What tells it from others of its name; of several, the fields in which they differ. */
  readonly told: string;
  /** How many of its derivations are in which state. */
  readonly states: Readonly<Partial<Record<GraphState, number>>>;
  /** How many realizations it has. */
  readonly outcomes: number;
  /** Why it would fail, or failed. */
  readonly message?: string;
  readonly isTarget: boolean;
  /** The longest way from it to what nothing of the closure depends on. */
  readonly depth: number;
  /** What it depends on: indices of nodes. */
  readonly dependencies: readonly number[];
  /** How many of its dependencies are not in the picture. */
  readonly hidden: number;
}

/** What the picture of a closure shows. */
export interface GraphFacts {
  readonly targets: readonly DRef[];
  /** Those nearest to the targets, these first. */
  readonly nodes: readonly GraphNode[];
  /** How many derivations there are in all. */
  readonly all: number;
  /** How many derivations are not in the picture. */
  readonly hidden: number;
  /** All of them by state. */
  readonly states: Readonly<Partial<Record<GraphState, number>>>;
}

/** How the facts are read. */
export interface GraphOptions {
  readonly store: Store;
  /** The derivations that are held. */
  readonly held: ReadonlySet<DRef>;
  /** Whether several of one name are one node. */
  readonly folds: boolean;
}

const maxNodes = 160;
const maxAlone = 3;
const maxCompared = 200;

/** Makes a graph of a closure and of what would become of it. */
export function graphFacts(closure: Closure, explanation: Explanation, options: GraphOptions): GraphFacts {
  const { derivations } = closure;
  const explained = new Map(explanation.derivations.map((one) => [one.dref, one]));
  const stateOf = (dref: DRef): GraphState =>
    options.held.has(dref) ? "held" : stateIn(explained.get(dref));
  const depths = depthsOf(derivations);
  const groups = groupsOf(derivations, depths, options.folds);
  const near = nearest(groups);
  const alone = near.flatMap(({ members }) => (members.length === 1 ? members : []));
  const told = toldApart(alone);
  const shown = inOrder(near, told);
  const places = new Map(
    shown.flatMap(({ members }, index) => members.map(({ dref }) => [dref, index] as const)),
  );
  const targets = targetsOf(closure);
  const nodes = shown.map(({ depth, members }): GraphNode => {
    const drefs = members.map(({ dref }) => dref);
    const needs = new Set(members.flatMap(({ dependencies }) => dependencies));
    const message = drefs.map((dref) => messageIn(explained.get(dref))).find((one) => one !== undefined);
    return {
      drefs,
      name: members[0]?.name ?? "",
      told: members.length > 1 ? varyingNames(members) : (told.get(drefs[0] as DRef) ?? ""),
      states: counts(drefs.map(stateOf)),
      outcomes: drefs.reduce((sum, dref) => sum + options.store.realizations(dref).length, 0),
      ...(message !== undefined && { message }),
      isTarget: drefs.some((dref) => targets.includes(dref)),
      depth,
      dependencies: [...new Set([...needs].flatMap((dref) => places.get(dref) ?? []))].sort((a, b) => a - b),
      hidden: [...needs].filter((dref) => !places.has(dref)).length,
    };
  });
  return {
    targets,
    nodes,
    all: derivations.length,
    hidden: derivations.length - places.size,
    states: counts(derivations.map(({ dref }) => stateOf(dref))),
  };
}

function stateIn(one: ExplainedDerivation | undefined): GraphState {
  if (one === undefined || one.state === "reused") return "reused";
  if (one.state === "would-fail") return "failed";
  return one.reasons.some(({ type }) => type === "failed-before") ? "failed" : "would-run";
}

function messageIn(one: ExplainedDerivation | undefined): string | undefined {
  if (one === undefined || one.state === "reused") return undefined;
  if (one.state === "would-fail") return one.message;
  const failed = one.reasons.find((reason) => reason.type === "failed-before");
  return failed === undefined ? undefined : `it failed before: ${failed.error}`;
}

function counts(states: readonly GraphState[]): Partial<Record<GraphState, number>> {
  const found: Partial<Record<GraphState, number>> = {};
  for (const state of states) found[state] = (found[state] ?? 0) + 1;
  return found;
}

/** Dependencies are deeper than all that depend on them, so that an edge never leads back, also between groups of one depth. */
function depthsOf(derivations: readonly Derivation[]): ReadonlyMap<DRef, number> {
  const depths = new Map<DRef, number>();
  for (const { dref, dependencies } of derivations.toReversed()) {
    const own = depths.get(dref) ?? 0;
    depths.set(dref, own);
    for (const one of dependencies) depths.set(one, Math.max(depths.get(one) ?? 0, own + 1));
  }
  return depths;
}

interface Group {
  readonly depth: number;
  readonly members: readonly Derivation[];
}

/** Derivations of one name at one depth are one group, if they are many: the points of a sweep. Targets first. */
function groupsOf(
  derivations: readonly Derivation[],
  depths: ReadonlyMap<DRef, number>,
  folds: boolean,
): Group[] {
  const groups = new Map<string, { depth: number; members: Derivation[] }>();
  for (const one of derivations) {
    const depth = depths.get(one.dref) ?? 0;
    const key = `${depth} ${one.name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { depth, members: [one] });
    else group.members.push(one);
  }
  return [...groups.values()]
    .flatMap((group): Group[] =>
      folds && group.members.length > maxAlone
        ? [group]
        : group.members.map((one) => ({ depth: group.depth, members: [one] })),
    )
    .sort((a, b) => a.depth - b.depth);
}

/** Whole depths as long as there is room; of the first one that has none, nothing, unless it is the very first. */
function nearest(groups: readonly Group[]): readonly Group[] {
  if (groups.length <= maxNodes) return groups;
  const cut = groups[maxNodes]?.depth ?? 0;
  const whole = groups.filter(({ depth }) => depth < cut);
  return whole.length > 0 ? whole : groups.slice(0, maxNodes);
}

/** Of one depth by name, and of one name by what tells them apart: addresses are in no order that means anything. */
function inOrder(groups: readonly Group[], told: ReadonlyMap<DRef, string>): readonly Group[] {
  const keyed = groups.map((group) => {
    const [first] = group.members;
    return { group, key: `${first?.name ?? ""} ${first === undefined ? "" : (told.get(first.dref) ?? "")}` };
  });
  const byKey = new Intl.Collator("en", { numeric: true });
  return keyed
    .sort((a, b) => a.group.depth - b.group.depth || byKey.compare(a.key, b.key))
    .map(({ group }) => group);
}

function varyingNames(members: readonly Derivation[]): string {
  const { fields, rows } = varyingFields(members.slice(0, maxCompared).map(({ config }) => config));
  const isDependency = (field: string): boolean => isDRef(rows[0]?.[field]);
  const values = fields.filter((field) => !isDependency(field));
  const told = values.length > 0 ? values : fields;
  return told.slice(0, 3).join(", ") + (told.length > 3 ? ", …" : "");
}
