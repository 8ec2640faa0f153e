import { appendFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { isJsonObject, type Json } from "../config.ts";
import type { DRef, RRef } from "../ref.ts";
import { readsPath } from "../store/layout.ts";
import type { Store } from "../store/store.ts";
import { readOutsideRead, type OutsideRead } from "./outside-read.ts";

/*
 * What realizers read besides their inputs is kept beside the objects and not in them: it is about files of this machine, and a run that comes to an outcome that
 * is there already changes what is known of that. One file a derivation, to which lines are only ever added; the last one of an outcome counts. No promise of the store is about it, and nothing
 * fails when it cannot be read or written.
 */

type Rooted = Pick<Store, "root">;

/** The names of the folders of all derivations of which something is kept. */
export function derivationsWithReads({ root }: Rooted): Set<string> {
  try {
    return new Set(readdirSync(`${root}/reads`));
  } catch {
    return new Set();
  }
}

/** What the last runs that came to outcomes of a derivation read besides their inputs, by outcome. */
export function readReads({ root }: Rooted, dref: DRef): ReadonlyMap<RRef, readonly OutsideRead[]> {
  try {
    const text = readFileSync(`${root}/${readsPath(dref)}`, "utf8");
    return new Map(text.split("\n").flatMap((line) => parseLine(line) ?? []));
  } catch {
    return new Map();
  }
}

/** Keeps what a run that came to these outcomes read besides its inputs. */
export function keepReads(
  store: Rooted,
  dref: DRef,
  { rrefs, reads }: { readonly rrefs: readonly RRef[]; readonly reads: readonly OutsideRead[] },
): void {
  const lines = rrefs.map((one) => JSON.stringify({ rref: one, reads }));
  try {
    mkdirSync(`${store.root}/reads`, { recursive: true });
    // Begins with a line break, as somebody may have been killed in the midst of the line before.
    appendFileSync(`${store.root}/${readsPath(dref)}`, `\n${lines.join("\n")}\n`);
  } catch {
    // The result is in the store. That nobody can be warned later is no reason to fail.
  }
}

function parseLine(line: string): [[RRef, OutsideRead[]]] | undefined {
  try {
    const json = JSON.parse(line) as Json;
    if (!isJsonObject(json)) return undefined;
    const { rref, reads } = json;
    if (typeof rref !== "string" || !Array.isArray(reads)) return undefined;
    return [[rref as RRef, reads.flatMap((one) => readOutsideRead(one as Json) ?? [])]];
  } catch {
    return undefined;
  }
}
