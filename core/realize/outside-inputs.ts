import { dirname } from "node:path";
import { changedText, readLine, readText } from "../reads/reads-text.ts";
import { hasChanged, type OutsideRead } from "../reads/outside-read.ts";
import { derivationsWithReads, keepReads, readReads } from "../reads/reads-ledger.ts";
import { workingFolder } from "../reads/surroundings.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import { derivationFolderName } from "../store/layout.ts";
import type { Store } from "../store/store.ts";

/**
 * Says of what realizers read besides the inputs of their stages, once in a realization: when it is read, and when a result is reused that was made with
 * something that has changed since. Results, their addresses and their records stay what they are.
 */
export class OutsideInputs {
  readonly #store: Store;
  readonly #told: Set<string> = new Set();
  #known: Set<string> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What is to be said of what a run has read: to whoever watches, and in the log. */
  textsOf(
    { name }: Pick<Derivation, "name">,
    reads: readonly OutsideRead[],
  ): { readonly warning: string; readonly line: string } {
    const project = workingFolder();
    return { warning: readText(name, reads, project), line: readLine(reads, project) };
  }

  /** Keeps what a run has read that came to these outcomes. */
  keep({ dref }: Pick<Derivation, "dref">, rrefs: readonly RRef[], reads: readonly OutsideRead[]): void {
    // That it was nothing has to be kept only where more is known of an earlier run.
    if (reads.length === 0 && !this.#isKnown(dref)) return;
    keepReads(this.#store, dref, { rrefs, reads });
    this.#known?.add(derivationFolderName(dref));
  }

  /** What is to be said of realizations that are reused, if anything. */
  ofReused({ dref, name }: Pick<Derivation, "dref" | "name">, rrefs: readonly RRef[]): string | undefined {
    if (!this.#isKnown(dref)) return undefined;
    const kept = readReads(this.#store, dref);
    const changed = rrefs.flatMap((rref) => changedOf(kept.get(rref) ?? []));
    const once = [...new Map(changed.map((one) => [one.path, one])).values()];
    return once.length === 0 ? undefined : changedText(name, once, workingFolder());
  }

  /** Whether something is kept of a derivation. Whoever reads nothing but inputs pays for one look a realization. */
  #isKnown(dref: DRef): boolean {
    this.#known ??= derivationsWithReads(this.#store);
    return this.#known.size > 0 && this.#known.has(derivationFolderName(dref));
  }

  /** Whether a text was not told yet, which it is now: points of a sweep read the same file. */
  isNew(text: string): boolean {
    const { size } = this.#told;
    return this.#told.add(text).size > size;
  }
}

/** What has changed; for a file in a folder that was read, that folder. */
function changedOf(reads: readonly OutsideRead[]): OutsideRead[] {
  const folders = new Map(reads.filter(({ kind }) => kind === "folder").map((one) => [one.path, one]));
  return reads.filter(hasChanged).map((one) => folders.get(dirname(one.path)) ?? one);
}
