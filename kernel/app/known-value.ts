import { types } from "node:util";
import { isSelfPath } from "../../core/path.ts";
import type { KnownValue } from "../engine/live-value.ts";

/**
 * What stages, paths into them and promised artifacts are, for whoever inspects them: of a stage, matcher and config say more than the
 * functions and the code in it. Only own properties are looked at, and no getter is run.
 */
export function knownValue(value: object): KnownValue | undefined {
  const own = (name: string): unknown => dataOf(value, name);
  if (Array.isArray(value)) {
    const segments = value.length < maxSegments && isPlainList(value) ? Array.from<unknown>(value) : [];
    return isSelfPath(segments) ? { kind: `self(${quoted(segments.slice(1))})` } : undefined;
  }
  if (own("kind") === "stage") {
    const [name, config, matcher] = [own("name"), own("config"), own("matcher")];
    if (typeof name !== "string" || typeof config !== "object" || config === null) return undefined;
    const chosen = typeof matcher === "object" && matcher !== null ? dataOf(matcher, "name") : undefined;
    return { kind: typeof chosen === "string" ? `stage ${name}, ${chosen}` : `stage ${name}`, shown: config };
  }
  if (own("kind") === "stage-path") {
    const [stage, segments] = [own("stage"), own("segments")];
    const name = typeof stage === "object" && stage !== null ? dataOf(stage, "name") : undefined;
    if (typeof name !== "string" || !Array.isArray(segments) || !isPlainList(segments)) return undefined;
    return { kind: `path(${quoted(segments)}) of stage ${name}` };
  }
  return undefined;
}

const maxSegments = 100;

function quoted(segments: readonly unknown[]): string {
  return segments.map((segment) => JSON.stringify(segment)).join(", ");
}

function dataOf(value: object, name: string): unknown {
  return types.isProxy(value) ? undefined : Object.getOwnPropertyDescriptor(value, name)?.value;
}

// Without holes and getters: to read it runs nothing.
function isPlainList(list: readonly unknown[]): boolean {
  return (
    !types.isProxy(list) &&
    Object.values(Object.getOwnPropertyDescriptors(list)).every((property) => "value" in property)
  );
}
