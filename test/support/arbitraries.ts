import * as fc from "fast-check";
import type { Json, JsonObject } from "../../core/config.ts";
import { makeContext, type Context } from "../../core/context.ts";
import { makeDRef, makeRRef, type DRef, type RRef } from "../../core/ref.ts";

const HEX = "0123456789abcdef";
const NAME_START = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-";

/** One of these characters. */
function oneOf(characters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...characters.split(""));
}

/** Names that a stage may have. */
export const arbitraryName: fc.Arbitrary<string> = fc
  .tuple(oneOf(NAME_START), fc.string({ unit: oneOf(`${NAME_START}.`), maxLength: 99 }))
  .map((parts) => parts.join(""));

/** The hashes of addresses. */
export const arbitraryHash: fc.Arbitrary<string> = fc.string({
  unit: oneOf(HEX),
  minLength: 32,
  maxLength: 32,
});

/** Derivations. */
export const arbitraryDRef: fc.Arbitrary<DRef> = fc
  .tuple(arbitraryHash, arbitraryName)
  .map(([hash, name]) => makeDRef({ hash, name }));

/** Realizations. */
export const arbitraryRRef: fc.Arbitrary<RRef> = fc
  .tuple(arbitraryHash, arbitraryDRef)
  .map(([hash, dref]) => makeRRef(hash, dref));

/** Contexts. */
export const arbitraryContext: fc.Arbitrary<Context> = fc
  .uniqueArray(fc.tuple(arbitraryDRef, fc.array(arbitraryHash, { minLength: 1, maxLength: 3 })), {
    selector: ([dref]) => dref,
    maxLength: 4,
  })
  .map((choices) =>
    makeContext(choices.map(([dref, hashes]) => [dref, hashes.map((hash) => makeRRef(hash, dref))])),
  );

/** Texts of whole characters, all of Unicode. */
export const arbitraryText: fc.Arbitrary<string> = fc.string({ unit: "binary", maxLength: 12 });

const arbitraryFieldName = arbitraryText.filter((name) => !name.startsWith("__"));

const arbitraryNumber = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => (value === 0 ? 0 : value));

/** JSON as a config may hold it. */
export const arbitraryJson: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    arbitraryNumber,
    arbitraryText,
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(arbitraryFieldName, tie("json"), { maxKeys: 4 }),
  ),
})).json;

/** Configs. */
export const arbitraryConfig: fc.Arbitrary<JsonObject> = fc.dictionary(arbitraryFieldName, arbitraryJson, {
  maxKeys: 5,
});

/** Something in a folder, of which the name is the key under which it is found. */
export type Plan =
  | { readonly kind: "file"; readonly content: string; readonly executable: boolean }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "folder"; readonly items: PlanOfFolder };

/** What is in a folder. */
export type PlanOfFolder = { readonly [name: string]: Plan };

const arbitraryFileName = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter(
    (name) =>
      !/[/\0]/.test(name) && !/^(\.{1,2}|__.*|context\.json)$/s.test(name) && Buffer.byteLength(name) < 200,
  );

/** What a realizer might leave in its output folder. Links lead to where there may be nothing, but not out. */
export const arbitraryFolder: fc.Arbitrary<PlanOfFolder> = fc.letrec<{ folder: PlanOfFolder; item: Plan }>(
  (tie) => ({
    folder: fc.dictionary(arbitraryFileName, tie("item"), { maxKeys: 4, noNullPrototype: true }),
    item: fc.oneof(
      { depthSize: "small", maxDepth: 3 },
      fc.record({ kind: fc.constant("file" as const), content: arbitraryText, executable: fc.boolean() }),
      fc.record({ kind: fc.constant("link" as const), target: arbitraryFileName }),
      fc.record({ kind: fc.constant("folder" as const), items: tie("folder") }),
    ),
  }),
).folder;
