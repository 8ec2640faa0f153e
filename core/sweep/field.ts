import { isStage, isStagePath, type StageLike, type StagePath } from "../config.ts";
import { LightnixError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { isRefPath, isSelfPath, type RefPath, type SelfPath } from "../path.ts";
import { isDRef, type DRef } from "../ref.ts";
import { stage as makeStage, type Stage } from "../stage/stage.ts";

type Leaf = string | number | boolean | null | undefined | DRef | SelfPath | RefPath;

/** What a dotted path goes on into: plain objects and arrays; of stages, their configs. */
type Inside<T> = T extends Leaf
  ? never
  : T extends StagePath<infer D>
    ? D
    : T extends StageLike<infer D>
      ? D
      : T extends object
        ? T
        : never;

type Nested<K extends string, T> = [T] extends [never] ? never : `${K}.${FieldPath<T>}`;

/**
 * The fields of a config by dotted paths, through objects, arrays and nested stages: of `{ lr: 0.1, data: digits }` they are
 * `lr`, `data`, and `data.count` if `count` is a field of the config of `digits`.
 */
export type FieldPath<C> = unknown extends C
  ? string
  : C extends readonly (infer E)[]
    ? `${number}` | Nested<`${number}`, Inside<E>>
    : { [K in keyof C & string]: K | Nested<K, Inside<C[K]>> }[keyof C & string];

/** The type of the field at a dotted path. */
export type FieldValue<C, P extends string> = unknown extends C
  ? unknown
  : P extends keyof C
    ? Exclude<C[P], undefined>
    : P extends `${infer Head}.${infer Rest}`
      ? FieldValue<Inside<Member<C, Head>>, Rest>
      : Member<C, P>;

type Member<C, K extends string> = C extends readonly (infer E)[] ? E : K extends keyof C ? C[K] : never;

/** Where a field is to be replaced, for error messages. */
interface Aim {
  readonly stage: string;
  readonly path: string;
}

/**
 * A copy of a stage with another value in one field of its config, or of the config of a stage that is nested in it.
 *
 * @throws {LightnixError} `unknown-field` where there is no such field; `wrong-value` for something else than an artifact where one
 *   is promised, or than a stage where one is depended on; what `stage` throws
 */
export function replaceField<C>(target: Stage<C>, path: string, value: unknown): Stage<C> {
  return replaceInStage(target, path, value, { stage: target.name, path });
}

function replaceInStage<C>(target: Stage<C>, path: string, value: unknown, aim: Aim): Stage<C> {
  const config = replaceIn(target.config, path, value, aim);
  return makeStage<object>({ ...(target as Stage<object>), config: config as object }) as Stage<C>;
}

function replaceIn(container: unknown, path: string, value: unknown, aim: Aim): unknown {
  if (isStage(container)) return replaceInStage(container as Stage, path, value, aim);
  if (isStagePath(container))
    return { ...container, stage: replaceInStage(container.stage as Stage, path, value, aim) };
  const [field, rest] = headOf(container, path) ?? refuseUnknown(container, path, aim);
  const old = (container as Readonly<Record<string, unknown>>)[field];
  const now = rest === undefined ? checkKind(old, value, aim) : replaceIn(old, rest, value, aim);
  if (!Array.isArray(container)) return { ...(container as object), [field]: now };
  return container.map((item, index) => (String(index) === field ? now : (item as unknown)));
}

/** The first field of a path, and the rest of it. A field of which the name itself holds dots is met by its whole name. */
function headOf(
  container: unknown,
  path: string,
): readonly [field: string, rest: string | undefined] | undefined {
  if (hasField(container, path)) return [path, undefined];
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const field = path.slice(0, dot);
    if (hasField(container, field)) return [field, path.slice(dot + 1)];
  }
  return undefined;
}

function hasField(container: unknown, field: string): boolean {
  if (typeof container !== "object" || container === null || isSelfPath(container) || isRefPath(container))
    return false;
  return Array.isArray(container) && field === "length" ? false : Object.hasOwn(container, field);
}

/** What the realizer relies on: that a promise stays a promise, and a dependency a dependency. */
function checkKind(old: unknown, value: unknown, { stage, path }: Aim): unknown {
  const refuse = (is: string, wanted: string): never => {
    throw new LightnixError(
      "wrong-value",
      `Cannot sweep "${stage}" over "${path}": it is ${is}, and takes ${wanted} only`,
      { data: { field: path } },
    );
  };
  if (isSelfPath(old) && !isSelfPath(value)) refuse("a promised artifact", 'another one, such as self("x")');
  if (isPlace(old) && !isPlace(value))
    refuse("a place in a dependency", 'another one, such as stage.path("x")');
  const isDependency = isStage(old) || isDRef(old);
  if (isDependency && !isStage(value) && !isDRef(value)) refuse("a dependency", "another stage");
  return value;
}

function isPlace(value: unknown): boolean {
  return isStagePath(value) || isRefPath(value);
}

function refuseUnknown(container: unknown, path: string, { stage, path: whole }: Aim): never {
  const before = whole.slice(0, whole.length - path.length);
  const fields =
    typeof container === "object" && container !== null && !isSelfPath(container) && !isRefPath(container)
      ? Object.keys(container)
      : [];
  const known = fields.map((field) => before + field);
  const listed =
    known.length === 0
      ? `${before === "" ? "the config" : `"${before.slice(0, -1)}"`} has no fields`
      : `there are ${known.slice(0, 30).join(", ")}`;
  throw new LightnixError(
    "unknown-field",
    `Cannot sweep "${stage}" over "${whole}": its config has no such field; ${listed}.${didYouMean(whole, known)}`,
    { data: { field: whole, fields: known } },
  );
}
