import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { canonicalJson } from "../canonical.ts";
import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import type { DRef } from "../ref.ts";
import { ifThere } from "../store/if-there.ts";
import { ledgerPath } from "../store/layout.ts";
import { storeError } from "../store/store-error.ts";
import type { Store } from "../store/store.ts";
import { isSignatureOf, signText, type PublicKey, type SecretKey } from "./key.ts";
import { readStatement, statementText, type Statement } from "./statement.ts";

/*
 * Signatures are kept beside the objects and not in them, as there may come to be more of them, and a realization never changes. One file a
 * derivation, to which lines are only ever added: so whoever has nothing but the files of a store (a web server hands them out) finds
 * out which realizations there are.
 */

/** A statement that somebody signed. */
export interface Signed {
  readonly statement: Statement;
  /** The name of the key. */
  readonly key: string;
  /** In base64. */
  readonly signature: string;
}

/** Signs a statement. */
export function signStatement(statement: Statement, key: SecretKey): Signed {
  return { statement, key: key.name, signature: signText(statementText(statement), key) };
}

/** Whether a signature is one that was made with the secret key of this pair. */
export function isSignedWith({ statement, signature }: Signed, key: PublicKey): boolean {
  return isSignatureOf(signature, statementText(statement), key);
}

/** The signatures in a store of a derivation and of its realizations. */
export function readLedger(store: Pick<Store, "root">, dref: DRef): Signed[] {
  return parseLedger(ifThere(() => readFileSync(`${store.root}/${ledgerPath(dref)}`, "utf8")) ?? "");
}

/** Reads the text of such a file. Lines that are none, such as one that was cut off, are passed over. */
export function parseLedger(text: string): Signed[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

/** Adds signatures of a derivation and of its realizations to a store, as far as they are not there. @throws {LightnixError} `store-full`, `store-unwritable` */
export function addToLedger(store: Store, dref: DRef, all: readonly Signed[]): void {
  const path = `${store.root}/${ledgerPath(dref)}`;
  const text = ifThere(() => readFileSync(path, "utf8")) ?? "";
  const known = new Set(text.split("\n"));
  const fresh = all.map(lineOf).filter((line) => !known.has(line));
  if (fresh.length === 0) return;
  // Somebody was killed in the midst of the line before.
  const start = text === "" || text.endsWith("\n") ? "" : "\n";
  try {
    mkdirSync(`${store.root}/signatures`, { recursive: true });
    const file = openSync(path, "a");
    try {
      // In one piece, so that what others add at the same time does not come between.
      appendFileSync(file, `${start}${fresh.join("\n")}\n`);
      if (store.durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw storeError(error, store.root, "keep signatures");
  }
}

function lineOf({ statement, key, signature }: Signed): string {
  return canonicalJson({ ...statement, key, signature } as unknown as JsonObject);
}

function parseLine(line: string): Signed | undefined {
  try {
    const json = JSON.parse(line) as Json;
    if (!isJsonObject(json)) return undefined;
    const { key, signature, ...rest } = json;
    const statement = readStatement(rest);
    if (statement === undefined || typeof key !== "string" || typeof signature !== "string") return undefined;
    return { statement, key, signature };
  } catch {
    return undefined;
  }
}
