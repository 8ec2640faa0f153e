import type { RRef } from "../ref.ts";

/** Thrown by an executor that makes nothing, because these realizations are to count instead. It has checked them. */
export class Taken extends Error {
  override readonly name: string = "Taken";
  readonly rrefs: readonly RRef[];

  constructor(rrefs: readonly RRef[]) {
    super(`${rrefs.join(", ")} count instead`);
    this.rrefs = rrefs;
  }
}
