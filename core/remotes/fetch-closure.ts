import { sortByHeight } from "../archive/stored-closure.ts";
import { follower, type MoveOptions } from "../archive/moving.ts";
import type { Brought } from "../archive/unpack-closure.ts";
import { derivationRefOfText } from "../canonical.ts";
import { checkConfig, configDependencies, type JsonObject } from "../config.ts";
import { contextEntries } from "../context.ts";
import { LightnixError } from "../errors.ts";
import { drefOf, isRRef, parseDRef, type DRef, type RRef } from "../ref.ts";
import { addToLedger, type Signed } from "../signatures/ledger.ts";
import {
  digestOf,
  isAboutRealization,
  type DerivationStatement,
  type RealizationStatement,
} from "../signatures/statement.ts";
import { isVouched, notAsSigned, trustOf, vouched, type Trust } from "../signatures/trust.ts";
import { parseBundle } from "../store/bundle-text.ts";
import { BUNDLE_FILE, CONFIG_FILE, derivationFolderName } from "../store/layout.ts";
import { isSourceText } from "../store/source-files.ts";
import type { Store } from "../store/store.ts";
import { fetchRealization } from "./fetch-realization.ts";
import { openRemote } from "./open-remote.ts";
import { notThere, type Remote, type RemotePlace } from "./remote.ts";

/** What is to be fetched of a derivation. */
interface Wanted {
  readonly config: JsonObject;
  readonly statement: DerivationStatement;
  readonly statements: Map<RRef, RealizationStatement>;
  /** All that counts of what was signed of it and of its realizations. */
  readonly signed: readonly Signed[];
}

const CONFIG_BYTES = 64 * 2 ** 20;
const CODE_BYTES = 512 * 2 ** 20;

/**
 * Fetches derivations and realizations, with all that they depend on, from a store on the web or in a folder, as far as they were signed; of
 * a derivation, all its realizations. What they are said to be is looked at before anything is brought, and each object is checked
 * before it appears in the store.
 *
 * @throws {LightnixError} `invalid-place`, `remote-unreachable`, `not-there`; `unsigned`, `unknown-key`, `bad-signature`; `wrong-hash`,
 *   `checksum-mismatch`, `too-much`; `store-full`, `store-unwritable`; the reason of `signal`
 *
 * @example
 * ```ts
 * await fetchClosure(store, "https://lab.example.org/store", rref);
 * ```
 */
export async function fetchClosure(
  store: Store,
  from: string | RemotePlace,
  refs: DRef | RRef | readonly (DRef | RRef)[],
  options: MoveOptions = {},
): Promise<Brought> {
  const { signal = new AbortController().signal } = options;
  const fetching = new Fetching(store, openRemote(from), signal);
  const plan = await fetching.plan(typeof refs === "string" ? [refs] : refs);
  const all = plan.flatMap(([dref, { statements }]) => [dref, ...statements.keys()]);
  const passed = follower(all.length, options);
  const hold = await store.hold(plan.map(([dref]) => dref));
  try {
    const added: (DRef | RRef)[] = [];
    const withheld: RRef[] = [];
    for (const [dref, wanted] of plan) {
      if (await fetching.derivation(dref, wanted)) added.push(dref);
      passed(dref);
      for (const [rref, statement] of wanted.statements) {
        if (!store.has(rref)) {
          const fetched = await fetchRealization(store, fetching.remote, statement, { signal });
          if (!fetched.merged) added.push(rref);
          if (fetched.withheld.length > 0) withheld.push(rref);
        }
        passed(rref);
      }
      addToLedger(store, dref, wanted.signed);
    }
    return { refs: all, added, ...(withheld.length > 0 && { withheld }) };
  } finally {
    hold.release();
  }
}

/** One closure on its way. */
class Fetching {
  readonly remote: Remote;
  readonly #store: Store;
  readonly #signal: AbortSignal;
  readonly #trust: Trust;
  readonly #wanted: Map<DRef, Wanted> = new Map();

  constructor(store: Store, remote: Remote, signal: AbortSignal) {
    this.remote = remote;
    this.#store = store;
    this.#signal = signal;
    this.#trust = trustOf(store);
  }

  /** Finds out all that is to be fetched, dependencies first, and that all of it may be. */
  async plan(refs: readonly (DRef | RRef)[]): Promise<[DRef, Wanted][]> {
    const open = [...refs];
    const needs = new Map<DRef, readonly DRef[]>();
    for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
      this.#signal.throwIfAborted();
      const dref = isRRef(ref) ? drefOf(ref) : ref;
      const wanted = this.#wanted.get(dref) ?? (await this.#look(dref));
      if (!needs.has(dref)) {
        needs.set(dref, configDependencies(wanted.config));
        open.push(...(needs.get(dref) ?? []).filter((one) => !needs.has(one)));
      }
      // A dependency is looked at by its derivation, without its outcomes, and by those of them that something was made from.
      if (isRRef(ref)) open.push(...this.#realization(wanted, ref));
      else if (refs.includes(ref)) open.push(...signedOutcomes(wanted));
    }
    return sortByHeight(needs).map((dref) => [dref, this.#wanted.get(dref) as Wanted]);
  }

  /** Brings a derivation, its code and the texts of that; says whether it was not there. */
  async derivation(dref: DRef, { config, statement }: Wanted): Promise<boolean> {
    const isNew = !this.#store.hasDerivation(dref);
    await this.#store.keepSources(await this.#sources(statement));
    await this.#store.putDerivation(parseDRef(dref).name, config);
    if (statement.bundle !== null && !this.#store.hasBundle(dref)) {
      const text = await this.#text(`store-v1/${derivationFolderName(dref)}/${BUNDLE_FILE}`, CODE_BYTES);
      const isSigned = digestOf(text) === statement.bundle && typeof parseBundle(text) !== "string";
      if (!isSigned) throw notAsSigned(dref, this.remote.place, "its code");
      await this.#store.putBundle(dref, text);
    }
    return isNew;
  }

  async #look(dref: DRef): Promise<Wanted> {
    const { place } = this.remote;
    const signed = await this.remote.signed(dref, this.#signal);
    const [own] = vouched(this.#trust, dref, { signed, from: place });
    if (own === undefined) throw unknownThere(dref, place);
    const text = await this.#text(`store-v1/${derivationFolderName(dref)}/${CONFIG_FILE}`, CONFIG_BYTES);
    if (derivationRefOfText(parseDRef(dref).name, text) !== dref || digestOf(text) !== own.statement.config)
      throw notAsSigned(dref, place, "its config");
    const wanted: Wanted = {
      config: checkConfig(JSON.parse(text), { reserved: true }),
      statement: own.statement,
      statements: new Map(),
      signed: signed.filter((one) => isVouched(this.#trust, one)),
    };
    this.#wanted.set(dref, wanted);
    return wanted;
  }

  /** Notes that a realization is wanted; returns those that it was made from. */
  #realization({ signed, statements }: Wanted, rref: RRef): RRef[] {
    if (statements.has(rref)) return [];
    const [first] = vouched(this.#trust, rref, { signed, from: this.remote.place });
    if (first === undefined) throw unknownThere(rref, this.remote.place);
    statements.set(rref, first.statement);
    return contextEntries(first.statement.context).flatMap(([, choice]) => choice);
  }

  /** Those that are not what was signed explain less, and nothing else. */
  async #sources({ sources }: DerivationStatement): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    for (const [digest, sha256] of Object.entries(sources)) {
      if (this.#store.sourceText(digest) !== undefined) continue;
      const request = { limitBytes: CODE_BYTES, signal: this.#signal };
      const text = (await this.remote.read(`sources/${digest}`, request))?.toString();
      if (text !== undefined && digestOf(text) === sha256 && isSourceText(digest, text))
        texts.set(digest, text);
    }
    return texts;
  }

  async #text(path: string, limitBytes: number): Promise<string> {
    const bytes = await this.remote.read(path, { limitBytes, signal: this.#signal });
    if (bytes === undefined) throw notThere(this.remote.place, path);
    return bytes.toString();
  }
}

function signedOutcomes({ signed }: Wanted): RRef[] {
  return [
    ...new Set(signed.flatMap(({ statement }) => (isAboutRealization(statement) ? [statement.ref] : []))),
  ].sort();
}

function unknownThere(ref: DRef | RRef, place: string): LightnixError {
  return new LightnixError(
    "not-there",
    `Cannot fetch ${ref} from "${place}": nothing that was signed is there of it, and nothing else can be found`,
    { data: { ref, place } },
  );
}
