import type { RealizeEvent } from "../../../core/index.ts";
import { parseDRef, type DRef } from "../../../core/ref.ts";

/** An event without what {@link eventOf} adds. */
export type BareEvent = RealizeEvent extends infer E
  ? E extends { readonly type: "built" }
    ? Omit<E, "at" | "name" | "executor">
    : E extends RealizeEvent
      ? Omit<E, "at" | "name">
      : never
  : never;

/** A whole event. */
export function eventOf(event: BareEvent, at = 0): RealizeEvent {
  const name = "dref" in event ? parseDRef(event.dref).name : undefined;
  const executor = event.type === "built" ? { executor: "in-process" } : {};
  return { ...event, ...executor, ...(name !== undefined && { name }), at } as RealizeEvent;
}

/** The plan of a closure; the last one is the target. */
export function plannedOf(
  drefs: readonly DRef[],
  dependencies: Readonly<Record<DRef, readonly DRef[]>> = {},
): RealizeEvent {
  const target = drefs.at(-1) as DRef;
  const stages = drefs.map((dref) => ({
    dref,
    name: parseDRef(dref).name,
    dependencies: dependencies[dref] ?? [],
  }));
  return { type: "planned", target, targets: [target], stages, jobs: 2, at: 0 };
}
