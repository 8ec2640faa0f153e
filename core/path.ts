import { LightnixError } from "./errors.ts";
import { isDRef, type DRef } from "./ref.ts";

declare const selfPath: unique symbol;

/**
 * A promise that this artifact will exist in the stage's own realization: `["__self__", "usr", "bin", "hello"]`.
 * Made by `self()`.
 */
export type SelfPath = readonly ["__self__", ...string[]] & { readonly [selfPath]: true };

/** A path inside a dependency's realization, as JSON has it: `["dref:...", "usr", "bin"]`. */
export type RefPath<C = unknown> = readonly [DRef<C>, string, ...string[]];

const SELF = "__self__";
const MAX_SEGMENT_BYTES = 255;
// With the `u` flag a surrogate that is half of a pair does not match: only a lone one does.
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * A promise that the artifact at this path will be in the realization: `self("usr", "bin", "hello")`.
 * It is checked after the realizer ran.
 *
 * @throws {LightnixError} `invalid-path` for a segment that is no name, leads elsewhere, or is reserved
 */
export function self(first: string, ...rest: string[]): SelfPath {
  const segments = [first, ...rest];
  const problem = pathProblem(segments, { own: true });
  if (problem !== undefined) throw invalidPath(`self(${segments.map(show).join(", ")})`, problem);
  return Object.freeze([SELF, ...segments]) as unknown as SelfPath;
}

/**
 * Checks the segments of a path that leads into the realization of a dependency.
 *
 * @throws {LightnixError} `invalid-path`
 */
export function checkSegments(segments: readonly string[]): readonly [string, ...string[]] {
  const problem = pathProblem(segments, { own: false });
  if (problem !== undefined) throw invalidPath(`path(${segments.map(show).join(", ")})`, problem);
  return Object.freeze([...segments]) as unknown as [string, ...string[]];
}

/** Whether a value is a self path. */
export function isSelfPath(value: unknown): value is SelfPath {
  return (
    Array.isArray(value) &&
    value.length > 1 &&
    value[0] === SELF &&
    value.every((part) => typeof part === "string")
  );
}

/**
 * Whether a JSON value is a ref path: an array of a `DRef` and then at least one segment. A list of several `DRef`s is not.
 */
export function isRefPath(value: unknown): value is RefPath {
  if (!Array.isArray(value) || value.length < 2 || !isDRef(value[0])) return false;
  return value.every((part, index) => typeof part === "string" && (index === 0 || !isDRef(part)));
}

/** The segments of a self path or ref path, without what it starts from. */
export function pathSegments(path: SelfPath | RefPath): string[] {
  return path.slice(1);
}

/** Whether an array starts as only a self path may. */
export function startsLikeSelfPath(value: readonly unknown[]): boolean {
  return value[0] === SELF;
}

/** Whether a text has half of a surrogate pair in it, so that UTF-8 cannot hold it. */
export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text);
}

/** What is wrong with the segments of a path, if anything. A path of one's `own` stays clear of the reserved names. */
export function pathProblem(segments: readonly unknown[], { own }: { own: boolean }): string | undefined {
  if (segments.length === 0) return "there are no segments";
  const [first] = segments;
  for (const segment of segments) {
    const problem = segmentProblem(segment);
    if (problem !== undefined) return `the segment ${show(segment)} ${problem}`;
  }
  if (!own) return undefined;
  if (typeof first === "string" && first.startsWith("__"))
    return `the name ${show(first)} is reserved, as it starts with __`;
  if (first === "context.json") return `the name "context.json" is reserved for the store`;
  return undefined;
}

function segmentProblem(segment: unknown): string | undefined {
  if (typeof segment !== "string") return "is not a text";
  if (segment === "") return "is empty";
  if (segment === "." || segment === "..") return "leads elsewhere";
  if (segment.includes("/")) return "contains a slash: give each folder as a segment of its own";
  if (segment.includes("\0")) return "contains NUL";
  if (hasLoneSurrogate(segment)) return "has half of a surrogate pair in it";
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `is longer than ${MAX_SEGMENT_BYTES} bytes`;
  return undefined;
}

function show(segment: unknown): string {
  return typeof segment === "string" ? JSON.stringify(segment) : String(segment);
}

function invalidPath(call: string, problem: string): LightnixError {
  return new LightnixError("invalid-path", `Cannot make the path ${call}: ${problem}`);
}
