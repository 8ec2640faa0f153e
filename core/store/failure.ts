import { isRRef, type RRef } from "../ref.ts";

/** Why a realization is one that failed. */
export interface Failure {
  /** What the realizer threw, or which artifacts it left out. */
  readonly error: string;
  /** The failed realization of a dependency that this one failed by. It did not run at all then. */
  readonly because?: RRef;
}

/** A failure as it is stored. */
export function failureText({ error, because }: Failure): string {
  return JSON.stringify({ error, ...(because !== undefined && { because }) });
}

/** Reads what `failureText` wrote; undefined when that is not what it is. */
export function parseFailure(text: string): Failure | undefined {
  try {
    const { error, because } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    if (typeof error !== "string") return undefined;
    return isRRef(because) ? { error, because } : { error };
  } catch {
    return undefined;
  }
}
