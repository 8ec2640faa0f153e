import { derivationRef } from "../canonical.ts";
import {
  checkConfig,
  configDependencies,
  isStage,
  type Json,
  type JsonObject,
  type StageLike,
  type StagePath,
} from "../config.ts";
import { LightnixError } from "../errors.ts";
import type { DRef } from "../ref.ts";
import { bundlingOf, type Bundling } from "./bundle.ts";
import type { Derivation } from "./closure.ts";
import { ENVIRONMENT_FIELD, readEnvironment } from "./environment.ts";
import { functionText, sourceIdentity, type Source } from "./source.ts";
import type { Stage } from "./stage.ts";

/** What follows from a stage alone, whatever store it is realized in. */
export interface StageDescription {
  readonly dref: DRef;
  /** What the store keeps: the config with stages as addresses, and the reserved fields. */
  readonly config: JsonObject;
  /** The direct dependencies, sorted. */
  readonly dependencies: readonly DRef[];
  /** The code that its identity includes. */
  readonly source: Source | undefined;
  /** The stages that are nested in the config, each once. */
  readonly stages: readonly Stage[];
}

// A stage never changes, so what follows from it is worked out once: a chain of thousands stays cheap.
const descriptions: WeakMap<StageLike, StageDescription> = new WeakMap();

// Which realizer an explicit source was first given with.
const sourceOwners: WeakMap<Source, Stage["realize"]> = new WeakMap();

const PLACEHOLDER = `dref:${"0".repeat(32)}-stage` as DRef;

/**
 * Describes a stage and, before it, all stages that it depends on. Goes without recursion, so that no chain is too long.
 *
 * @throws {LightnixError} `stage-cycle` when the stage depends on itself; `invalid-config`, `unreadable-source`
 */
export function describeStage(target: Stage): StageDescription {
  const stack: Stage[] = [target];
  const open = new Set<Stage>();
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const missing = descriptions.has(top) ? [] : describeOne(top);
    if (missing.length === 0) {
      open.delete(top);
      stack.pop();
      continue;
    }
    open.add(top);
    const own = missing.find((stage) => open.has(stage));
    if (own !== undefined) throw cycle([...open], own);
    stack.push(...missing);
  }
  return knownDescription(target);
}

/**
 * A stage and all that it depends on, dependencies first, each derivation once. Needs no store and writes to none.
 *
 * @throws {LightnixError} as `describeStage`
 */
export function derivationsOf(target: Stage): Derivation[] {
  describeStage(target);
  const sorted = new Map<DRef, Derivation>();
  const stack: Stage[] = [target];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { dref, config, dependencies, source, stages } = knownDescription(top);
    const waiting = sorted.has(dref)
      ? []
      : stages.filter((stage) => !sorted.has(knownDescription(stage).dref));
    if (waiting.length > 0) {
      stack.push(...waiting);
      continue;
    }
    stack.pop();
    if (!sorted.has(dref)) sorted.set(dref, derivationOf(top, { dref, config, dependencies, source }));
  }
  return [...sorted.values()];
}

function derivationOf(
  stage: Stage,
  parts: Pick<Derivation, "dref" | "config" | "dependencies" | "source">,
): Derivation {
  const { name, matcher, realize, outs, onFailure, limits } = stage;
  let bundling: Bundling | undefined;
  return {
    ...parts,
    name,
    matcher,
    realize,
    outs,
    onFailure,
    limits,
    get bundling() {
      bundling ??= bundlingOf(stage);
      return bundling;
    },
  };
}

/** The derivations of several closures, dependencies first, each once. */
export function mergeDerivations(closures: Iterable<readonly Derivation[]>): Derivation[] {
  const merged = new Map<DRef, Derivation>();
  for (const derivations of closures)
    for (const one of derivations) if (!merged.has(one.dref)) merged.set(one.dref, one);
  return [...merged.values()];
}

/** The code that is part of a stage's identity. @throws {LightnixError} `unreadable-source` */
export function stageSource(stage: Pick<Stage, "name" | "realize" | "source">): Source | false {
  const { name, realize, source } = stage;
  if (source === false) return false;
  if (source === undefined) return { code: functionText(realize, name) };
  const owner = sourceOwners.get(source) ?? realize;
  sourceOwners.set(source, owner);
  if (owner === realize) return source;
  // A copy of a stage with another realizer still carries the first one's source: both count, or two would be taken for one.
  return { code: source.code, uses: { ...source.uses, realize: functionText(realize, name) } };
}

function knownDescription(stage: Stage): StageDescription {
  const description = descriptions.get(stage);
  if (description === undefined)
    throw new TypeError(`Cannot use stage "${stage.name}": it changed while it was read`);
  return description;
}

/** Describes a stage if all stages in its config are described already; else returns those that are not. */
function describeOne(stage: Stage): readonly Stage[] {
  const nested = new Set<Stage>();
  const address = (found: StageLike | StagePath): Json => {
    const inner = (isStage(found) ? found : found.stage) as Stage;
    nested.add(inner);
    const dref = descriptions.get(inner)?.dref ?? PLACEHOLDER;
    return isStage(found) ? dref : [dref, ...found.segments];
  };
  const config = {
    ...checkConfig(stage.config, { stage: address }),
    ...(stage.captured && {
      __captured__: checkConfig(stage.captured, { stage: address, title: "captured" }),
    }),
  };
  const missing = [...nested].filter((inner) => !descriptions.has(inner));
  if (missing.length > 0) return missing;
  const source = stageSource(stage);
  const stored = { ...config, ...identityFields(stage, source) };
  descriptions.set(stage, {
    dref: derivationRef(stage.name, stored),
    config: stored,
    dependencies: configDependencies(stored),
    source: source === false ? undefined : source,
    stages: [...nested],
  });
  return [];
}

function identityFields(stage: Stage, source: Source | false): JsonObject {
  return {
    ...(source !== false && { __source__: sourceIdentity(source, stage.name) }),
    ...(stage.version !== undefined && { __version__: stage.version }),
    // Nothing asked for is no field: the identity of all other stages stays what it is.
    ...(stage.environment !== undefined &&
      stage.environment.length > 0 && {
        [ENVIRONMENT_FIELD]: readEnvironment(stage.name, stage.environment),
      }),
  };
}

function cycle(open: readonly Stage[], own: Stage): LightnixError {
  const names = [...open.slice(open.indexOf(own)), own].map(({ name }) => name);
  return new LightnixError(
    "stage-cycle",
    `Cannot use stage "${own.name}": it depends on itself (${names.join(" -> ")})`,
    { data: { names } },
  );
}
