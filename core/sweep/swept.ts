import type { Stage } from "../stage/stage.ts";

/** As much of a sweep as is needed to realize it. */
export interface Swept<C = unknown> {
  readonly kind: "sweep";
  /** What the stages of its points are called. */
  readonly name: string;
  /** The stage of each point. */
  readonly stages: readonly Stage<C>[];
}

/** Whether a value is a sweep, by its shape. */
export function isSweep(value: unknown): value is Swept {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "sweep" &&
    "stages" in value &&
    Array.isArray(value.stages)
  );
}
