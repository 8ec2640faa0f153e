import type { Context } from "../../context.ts";
import type { DRef, RRef } from "../../ref.ts";

/**
 * What can be wrong in a store.
 *
 * - `config-changed`, `config-missing`: a `config.json` is not what the derivation's address was made from, or gone;
 * - `bundle-changed`: the code of a closed derivation is not what was written;
 * - `artifacts-changed`: the artifacts are not those that the realization's address was made from;
 * - `context-changed`, `context-missing`: the same of its `context.json`;
 * - `dependency-missing`: what a realization, or a derivation that has some, needs is not in the store;
 * - `record-damaged`: its `__build__.json` or `__tree__.json` cannot be read or is wrong; they are part of no hash;
 * - `source-changed`: a text of code is not what its digest was made from; nothing but explanations needs it;
 * - `writable`: something could be changed that must not be;
 * - `foreign`: something that no store puts there;
 * - `unreadable`: the file system refuses to read it;
 * - `unsigned`, `unknown-key`, `bad-signature`: nobody, no trusted key, has signed it, or something else than what is there; they are
 *   looked for when that is asked for, and `repair` can do nothing about them.
 */
export type Problem =
  | "config-changed"
  | "config-missing"
  | "bundle-changed"
  | "artifacts-changed"
  | "context-changed"
  | "context-missing"
  | "dependency-missing"
  | "record-damaged"
  | "source-changed"
  | "writable"
  | "foreign"
  | "unreadable"
  | "unsigned"
  | "unknown-key"
  | "bad-signature";

/** One thing that is wrong. */
export interface Finding {
  readonly problem: Problem;
  /** The object; undefined for what belongs to none. */
  readonly ref: DRef | RRef | undefined;
  /** The file or folder. */
  readonly path: string;
  /** What is wrong, as a sentence for people. */
  readonly message: string;
  /** The artifacts that were changed, are missing or were added, relative to the realization's folder, where that can be told. */
  readonly artifacts?: readonly string[];
  /** The context that fits the address and the artifacts, where it could be found out. */
  readonly context?: Context;
  /** What is missing. */
  readonly missing?: readonly (DRef | RRef)[];
}
