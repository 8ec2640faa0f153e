import { isStage, isStagePath } from "../config.ts";
import { LightnixError } from "../errors.ts";
import { openRealizer } from "../stage/bundle.ts";
import { describeStage, stageSource } from "../stage/describe.ts";
import type { Matcher } from "../stage/matcher.ts";
import { stage, type Stage } from "../stage/stage.ts";

/**
 * The same stage, but it is never built, nor anything that it depends on: where there is no realization that its matcher takes,
 * realizing it is an error (`not-realized`). So a notebook that shows results cannot start a training by mistake.
 *
 * Source: `realized` of Pylightnix (stages/trivial.py).
 *
 * @example
 * ```ts
 * const rref = await realize(realized(classifier));
 * ```
 */
export function realized<C>(target: Stage<C>): Stage<C> {
  const done = new Map<Stage, Stage>();
  const stack: Stage[] = [target];
  // Without recursion, so that no chain is too long; it is known to have no cycle, or it could not have been described.
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const waiting = done.has(top) ? [] : describeStage(top).stages.filter((inner) => !done.has(inner));
    if (waiting.length > 0) stack.push(...waiting);
    else {
      stack.pop();
      if (!done.has(top)) done.set(top, onlyRealized(top, done));
    }
  }
  return done.get(target) as Stage<C>;
}

function onlyRealized(target: Stage, done: ReadonlyMap<Stage, Stage>): Stage {
  const { name, matcher, outs, version, captured } = target;
  const refuse = (): never => {
    throw notRealized(target);
  };
  openRealizer(refuse, "it is wanted only as realized(), and never runs");
  const source = stageSource(target);
  return stage({
    name,
    config: replaceStages(target.config, done) as object,
    matcher: onlyTaking(matcher, refuse),
    realize: refuse,
    outs,
    // As it was, so that the derivation is the same one. A copy, as another realizer with the same source object counts as more.
    source: source === false ? false : { ...source },
    version,
    captured: replaceStages(captured, done) as Stage["captured"],
  });
}

/** Refusing is the matcher's part: it is asked before anything is run. */
function onlyTaking(matcher: Matcher, refuse: () => never): Matcher {
  return Object.freeze<Matcher>({ ...matcher, pick: (candidates) => matcher.pick(candidates) ?? refuse() });
}

function replaceStages(value: unknown, done: ReadonlyMap<Stage, Stage>): unknown {
  if (isStage(value)) return done.get(value as Stage);
  if (isStagePath(value)) return { ...value, stage: done.get(value.stage as Stage) };
  if (Array.isArray(value)) {
    // A self path keeps its type, and nothing in it is a stage.
    return value.some((item) => typeof item === "object")
      ? value.map((item) => replaceStages(item, done))
      : value;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [field, replaceStages(inner, done)]),
  );
}

function notRealized(target: Stage): LightnixError {
  const { dref } = describeStage(target);
  return new LightnixError(
    "not-realized",
    `Cannot build "${target.name}" (${dref}): it is wanted only as realized(), and there is no realization that its matcher ` +
      `${target.matcher.name} takes. Realize the stage itself first`,
    { data: { dref } },
  );
}
