import { contextText, type Context } from "../context.ts";
import { errorCode } from "../errors.ts";
import type { RRef } from "../ref.ts";
import { fetchRealization, type FetchedRealization } from "../remotes/fetch-realization.ts";
import type { Substituter } from "../remotes/substituters.ts";
import { isAboutRealization, type RealizationStatement } from "../signatures/statement.ts";
import { isVouched, trustOf, vouched } from "../signatures/trust.ts";
import { addToLedger, type Signed } from "../signatures/ledger.ts";
import type { Derivation } from "../stage/closure.ts";
import { candidatesFor, choose } from "./choose.ts";
import { demandOf, isForced } from "./demand.ts";
import { emitFor, type Run } from "./run.ts";

/** What was fetched in the place of being built. */
export interface Substituted {
  readonly rrefs: readonly RRef[];
  /** The store that it came from; of several, the last one. */
  readonly substituter: string;
}

/** A realization that another store has, and what is said of it. */
interface Offer {
  readonly statement: RealizationStatement;
  /** As it and its derivation were signed, as far as they were. */
  readonly signed: readonly Signed[];
}

/**
 * Asks other stores for realizations of a derivation in a context, the newest first, until its matcher and the caller have what they want.
 * Undefined when it has to be built.
 *
 * What goes wrong with another store is told in the log and is no failure: what cannot be fetched is built. A store that does not answer is
 * not asked again by this realization.
 *
 * @throws what the matcher and the store throw; the signal's reason
 */
export async function substitute(
  run: Run,
  derivation: Derivation,
  context: Context,
): Promise<Substituted | undefined> {
  if (isForced(demandOf(run, derivation))) return undefined;
  for (const substituter of run.substituters) {
    if (substituter.isDown) continue;
    const warn = (error: unknown): void => warnOf(run, derivation, { error, substituter });
    for (const offer of await offersOf(run, derivation, { context, substituter, warn })) {
      const fetched = await fetchOffer(run, derivation, { offer, substituter, warn });
      const rrefs = fetched && chosenOf(run, derivation, context);
      if (rrefs !== undefined) return { rrefs, substituter: substituter.remote.place };
      if (substituter.isDown) break;
    }
  }
  return undefined;
}

function chosenOf(run: Run, derivation: Derivation, context: Context): readonly RRef[] | undefined {
  const candidates = candidatesFor(run.closure.store, derivation, context);
  const { atLeast } = demandOf(run, derivation);
  return candidates.length < atLeast ? undefined : choose(derivation, candidates);
}

interface Asking {
  readonly substituter: Substituter;
  readonly warn: (error: unknown) => void;
}

/** What another store has and this one has not, made in the same context, of those that may be taken. */
async function offersOf(
  { closure: { store }, signal }: Run,
  { dref }: Derivation,
  { context, substituter: { remote }, warn }: Asking & { readonly context: Context },
): Promise<Offer[]> {
  try {
    const trust = trustOf(store);
    const signed = await remote.signed(dref, signal);
    const unsigned = (await remote.unsigned(dref)).filter(isAboutRealization);
    const wanted = contextText(context);
    const own = signed.filter((one) => one.statement.ref === dref && isVouched(trust, one));
    const refs = new Set([...signed.map(({ statement }) => statement), ...unsigned].flatMap(refOf));
    const offers = [...refs].flatMap((ref): Offer[] => {
      if (store.has(ref)) return [];
      const plain = unsigned.find((one) => one.ref === ref);
      try {
        const [first] = vouched(trust, ref, { signed, from: remote.place });
        if (first !== undefined) return [{ statement: first.statement, signed: [...own, first] }];
        return plain === undefined ? [] : [{ statement: plain, signed: [] }];
      } catch (error) {
        warn(error);
        return [];
      }
    });
    const stopped = ({ statement }: Offer): number => Date.parse(statement.record.stopped);
    return offers
      .filter(({ statement }) => contextText(statement.context) === wanted)
      .sort((a, b) => stopped(b) - stopped(a));
  } catch (error) {
    warn(error);
    return [];
  }
}

function refOf(statement: Signed["statement"]): RRef[] {
  return isAboutRealization(statement) ? [statement.ref] : [];
}

/** Fetches one; undefined when that comes to nothing. */
async function fetchOffer(
  run: Run,
  derivation: Derivation,
  { offer, substituter, warn }: Asking & { readonly offer: Offer },
): Promise<FetchedRealization | undefined> {
  const { signal, closure } = run;
  const { remote } = substituter;
  const onProgress = (current: number, total: number): void =>
    emitFor(run, derivation, {
      type: "progress",
      current,
      ...(total > 0 && { total }),
      unit: "bytes",
      message: `fetching from ${remote.place}`,
    });
  try {
    const fetched = await fetchRealization(closure.store, remote, offer.statement, { signal, onProgress });
    if (fetched.withheld.length > 0)
      say(
        run,
        derivation,
        `${fetched.withheld.join(" and ")} of ${offer.statement.ref} left out: not what was signed at "${remote.place}"`,
      );
    addToLedger(closure.store, derivation.dref, offer.signed);
    return fetched;
  } catch (error) {
    warn(error);
    return undefined;
  }
}

/** Whoever has no room, or must not write, does not get any further by building. */
const OWN_FAULTS: ReadonlySet<string> = new Set(["store-full", "store-unwritable"]);

function warnOf(
  run: Run,
  derivation: Derivation,
  { error, substituter }: { readonly error: unknown; readonly substituter: Substituter },
): void {
  run.signal.throwIfAborted();
  const code = errorCode(error) ?? "";
  if (OWN_FAULTS.has(code)) throw error;
  if (code === "failed-outcome") return;
  if (code === "remote-unreachable") substituter.isDown = true;
  const then = substituter.isDown ? ". It is not asked again" : "";
  say(run, derivation, `${error instanceof Error ? error.message : String(error)}${then}`);
}

function say(run: Run, derivation: Derivation, text: string): void {
  emitFor(run, derivation, { type: "warning", text });
}
