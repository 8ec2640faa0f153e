import { isStage } from "../core/config.ts";
import { closureFromStore } from "../core/index.ts";
import type { Closure, Stage, Store } from "../core/index.ts";
import { isDRef, isRRef } from "../core/ref.ts";
import { isClosure } from "../core/stage/targets.ts";
import { MagicError } from "./errors.ts";
import type { CellHost } from "./host.ts";

/** What can be realized. */
export type Target = Stage | Closure;

/** What a message says of a value that cannot be realized. */
interface Refusal {
  /** Where a derivation is looked for. */
  readonly store: Store;
  /** From where its packages are looked for. */
  readonly host: Pick<CellHost, "folder">;
  /** What was to be done: `realize`. */
  readonly doing: string;
  /** What it is not: `stage or closure`. */
  readonly isNo: string;
}

/**
 * The value of an expression as what can be realized.
 *
 * @throws {MagicError} `no-stage`
 * @throws {LightnixError} `unknown-derivation`, and others of `closureFromStore`, for the address of a derivation
 */
export async function asTarget(
  value: unknown,
  text: string,
  { doing, isNo, store, host }: Refusal,
): Promise<Target> {
  if (isStage(value)) return value as Stage;
  if (isClosure(value)) return value;
  if (isDRef(value)) return await closureFromStore(store, value, { folders: [host.folder] });
  const advice = isRRef(value) ? `. It is a realization already: %lens ${text} shows it` : "";
  throw new MagicError("no-stage", `Cannot ${doing} "${text}": it is no ${isNo}${advice}`, {
    expression: text,
  });
}
