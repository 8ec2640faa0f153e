import type { StageLike, StagePath } from "../config.ts";
import { checkSegments } from "../path.ts";
import { checkName } from "../ref.ts";
import type { Build } from "./build.ts";
import type { OnFailure } from "./closure.ts";
import { closeRealizer } from "./bundle.ts";
import { describeStage } from "./describe.ts";
import type { Matcher } from "./matcher.ts";
import { checkLimits, type BuildLimits } from "./limits.ts";
import { only } from "./matchers.ts";
import { moduleSource } from "./module-source.ts";
import type { Source } from "./source.ts";

/**
 * The function that makes one or more new realizations. What it returns is ignored; what counts is what it left in the
 * output folder.
 */
// Written as a method, whose parameter may be narrower, so that a copy of a stage with a wider config keeps its realizer.
export type Realizer<C = unknown> = { realize(build: Build<C>): unknown }["realize"];

/** What a stage is made from. */
export interface StageOptions<C> {
  /** 1 to 100 of the characters `A-Z a-z 0-9 _ . + -`. */
  readonly name: string;
  /** JSON prerequisites; may hold other stages, paths into them (`stage.path("x")`) and self paths (`self("y")`). */
  readonly config: C;
  /** Which realizations count: `only()` unless given. */
  readonly matcher?: Matcher | undefined;
  /** Its type follows from the config, and not the other way round. */
  readonly realize: Realizer<NoInfer<C>>;
  /** How many outcomes one run makes: 1 unless given. */
  readonly outs?: number | undefined;
  /** What becomes of a run that fails: nothing (`"throw"`) unless given. No part of the stage's identity. */
  readonly onFailure?: OnFailure | undefined;
  /** What one run may take: no limits unless given. No part of the stage's identity. */
  readonly limits?: BuildLimits | undefined;
  /** The code that is part of the stage's identity: the text of `realize` unless given; `false` leaves code out. */
  readonly source?: Source | false | undefined;
  /**
   * The module that the realizer is written in, as `import.meta.url`: makes the stage closed. What the realizer reaches in it and
   * in local modules that it imports is part of the stage's identity then, and is kept in the store, so that the stage can be
   * realized by other processes.
   */
  readonly module?: string | undefined;
  /** Part of the stage's identity, to change it by hand. */
  readonly version?: string | number | undefined;
  /**
   * What of the environment is part of the stage's identity: names of environment variables, `"node"` for the major version of Node,
   * `"platform"` for system and architecture. Their values are read when the stage is made, and are kept in the store.
   */
  readonly environment?: readonly string[] | undefined;
  /** Values that the realizer closes over and that are part of the stage's identity; as free in form as a config. */
  readonly captured?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A description of a computation. A stage is data: it does nothing by itself, can be nested in the config of another, and a
 * changed copy is made by `stage({ ...other, config: { ...other.config, lr: 0.01 } })`.
 */
export interface Stage<C = unknown> extends StageLike<C> {
  readonly kind: "stage";
  readonly name: string;
  readonly config: C;
  readonly matcher: Matcher;
  /** The realizer. Its type says nothing of the config, so that any stage passes where a `Stage` is asked for. */
  readonly realize: (build: never) => unknown;
  readonly outs: number;
  readonly onFailure?: OnFailure | undefined;
  readonly limits?: BuildLimits | undefined;
  /** As given; undefined stands for the text of `realize` (see `stageSource`). */
  readonly source?: Source | false | undefined;
  readonly version?: string | number | undefined;
  readonly environment?: readonly string[] | undefined;
  readonly captured?: Readonly<Record<string, unknown>> | undefined;
  /** A path inside a realization of this stage, for the config of another. @throws {LightnixError} `invalid-path` */
  path(first: string, ...rest: string[]): StagePath<C>;
}

/**
 * Makes a stage. Its config and its source are read and checked here and now: what happens to the config object later has no
 * effect on the stage.
 *
 * @throws {RangeError} for limits that no run could keep
 * @throws {TypeError} without a name, a config or a realizer; for an `environment` that names what it cannot
 * @throws {LightnixError} `invalid-name`, `invalid-environment`, `invalid-config` (the message has the path of the field), `unreadable-source`;
 *   with `module` also `unbundlable`, `invalid-module`
 *
 * @example
 * ```ts
 * const classifier = stage({
 *   name: "classifier",
 *   config: { digits, lr: 0.005, metrics: self("metrics.json") },
 *   matcher: best("metrics.json", { key: "accuracy" }),
 *   async realize(build) {
 *     const accuracy = await train(build.lens.digits.syspath, build.config.lr);
 *     await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy }));
 *   },
 * });
 * ```
 */
export function stage<C extends object>(options: StageOptions<C>): Stage<C> {
  const { name, config, matcher = only(), realize, outs = 1, onFailure, limits, version, captured } = options;
  const { environment } = options;
  checkOptions(name, { config, realize, outs });
  checkMatcher(name, matcher);
  const source = sourceOf(options);
  const made: Stage<C> = Object.freeze({
    kind: "stage",
    name,
    config,
    matcher,
    realize,
    outs,
    ...(onFailure !== undefined && { onFailure: checkOnFailure(name, onFailure) }),
    ...(limits !== undefined && { limits: checkLimits(name, limits) }),
    ...(source !== undefined && { source }),
    ...(version !== undefined && { version }),
    ...(environment !== undefined && { environment }),
    ...(captured !== undefined && { captured }),
    path: stagePath,
  });
  describeStage(made);
  return made;
}

function sourceOf<C>({ name, realize, source, module }: StageOptions<C>): Source | false | undefined {
  if (module === undefined) return source;
  const own = moduleSource({ name, realize, module });
  closeRealizer(realize, own.bundler);
  return source ?? own.source;
}

// Goes by `this` and not by a closure, so that a copy of a stage by spread makes paths into the copy.
function stagePath<C>(this: Stage<C>, first: string, ...rest: string[]): StagePath<C> {
  return Object.freeze({ kind: "stage-path", stage: this, segments: checkSegments([first, ...rest]) });
}

function checkOptions(name: unknown, parts: { config: unknown; realize: unknown; outs: number }): void {
  if (name === undefined || name === null || name === "") {
    throw new TypeError('Cannot make a stage: it has no name. Give it one, such as { name: "model" }');
  }
  const what = `Cannot make the stage "${checkName(name)}"`;
  if (typeof parts.config !== "object" || parts.config === null) {
    throw new TypeError(`${what}: it has no config. Give it one, if only an empty one: { config: {} }`);
  }
  if (typeof parts.realize !== "function") {
    throw new TypeError(`${what}: it has no realizer. Give it a function: { realize(build) {} }`);
  }
  if (!Number.isInteger(parts.outs) || parts.outs < 1) {
    throw new RangeError(`${what}: outs is ${String(parts.outs)}, and must be a whole number from 1 on`);
  }
}

function checkOnFailure(name: string, onFailure: unknown): OnFailure {
  if (onFailure === "throw" || onFailure === "record") return onFailure;
  throw new TypeError(
    `Cannot make the stage "${name}": onFailure is ${String(onFailure)}, and must be "throw" or "record"`,
  );
}

function checkMatcher(name: string, matcher: unknown): void {
  if (typeof matcher === "object" && matcher !== null && "pick" in matcher) return;
  const advice =
    typeof matcher === "function" ? "It is a function: call it, as in only()" : "Use one such as only()";
  throw new TypeError(`Cannot make the stage "${name}": its matcher is not a matcher. ${advice}`);
}
