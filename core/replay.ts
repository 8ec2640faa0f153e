import type { RRef } from "./ref.ts";
import type { Displayed, KeptDisplay } from "./store/displays.ts";
import type { BuildRecord } from "./store/record.ts";
import type { Store } from "./store/store.ts";

/** A piece of what a realizer showed: a text as it was printed, or something that it displayed, in its last state. */
export type ReplayEntry =
  | { readonly kind: "text"; readonly text: string }
  | ({ readonly kind: "display" } & Pick<KeptDisplay, "bundle" | "metadata">);

/** What the realizer of a realization showed, and when and by whom it was run. */
export interface Replay<C = unknown> {
  readonly rref: RRef<C>;
  readonly record: BuildRecord;
  /** In the order in which it was shown. The streams are not told apart. */
  readonly entries: readonly ReplayEntry[];
}

/**
 * What the realizer of a realization printed and displayed, to be shown again. Both are bounded (a million characters, and four
 * million of displays), and where something was left out, it says so. A realizer that took back what it had shown is shown from there on.
 *
 * @throws {LightnixError} `unknown-realization`, `damaged`
 *
 * @example
 * ```ts
 * for (const entry of replay(store, rref).entries) if (entry.kind === "text") process.stdout.write(entry.text);
 * ```
 */
export function replay<C>(store: Store, rref: RRef<C>): Replay<C> {
  const entries = interleave(store.log(rref), store.displays(rref));
  return { rref, record: store.buildRecord(rref), entries };
}

/** Puts displays back to where they stood in a log. */
export function interleave(log: string, { from, displays }: Displayed): ReplayEntry[] {
  const entries: ReplayEntry[] = [];
  let printed = from;
  const print = (end: number): void => {
    const text = log.slice(printed, end);
    printed = Math.max(printed, end);
    if (text !== "") entries.push({ kind: "text", text });
  };
  for (const { at, bundle, metadata } of displays) {
    print(at);
    entries.push({ kind: "display", bundle, ...(metadata && { metadata }) });
  }
  print(log.length);
  return entries;
}
