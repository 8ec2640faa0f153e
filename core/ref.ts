import { LightnixError } from "./errors.ts";

declare const derivationOf: unique symbol;
declare const realizationOf: unique symbol;

/**
 * The address of a derivation: `dref:<32 hex>-<name>`, the hex digits being the derivation hash.
 *
 * `C` is the type of the config that the address leads to. It exists for the compiler only.
 */
export type DRef<C = unknown> = string & { readonly [derivationOf]: C };

/**
 * The address of a realization: `rref:<32 hex>-<32 hex>-<name>`, first the hash of the outcome, then that of its derivation.
 *
 * `C` is the type of the config that it was made from. It exists for the compiler only.
 */
export type RRef<C = unknown> = string & { readonly [realizationOf]: C };

/** What the text of a `DRef` says. */
export interface DRefParts {
  /** The derivation hash, 32 hex digits. */
  readonly hash: string;
  /** The stage's name. */
  readonly name: string;
}

/** What the text of an `RRef` says. */
export interface RRefParts {
  /** The hash of context and artifacts, 32 hex digits. */
  readonly hash: string;
  /** The hash of its derivation, 32 hex digits. */
  readonly dhash: string;
  /** The stage's name. */
  readonly name: string;
}

const NAME = "[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,99}";
const HASH = "[0-9a-f]{32}";
const NAME_PATTERN = new RegExp(`^${NAME}$`);
const HASH_PATTERN = new RegExp(`^${HASH}$`);
const DREF_PATTERN = new RegExp(`^dref:${HASH}-${NAME}$`);
const RREF_PATTERN = new RegExp(`^rref:${HASH}-${HASH}-${NAME}$`);

// Where the parts are: cut out by position they cost a fraction of what a pattern's groups do, and each stage asks several times.
const HASH_START = "dref:".length;
const HASH_END = HASH_START + 32;
const DHASH_START = HASH_END + 1;
const DHASH_END = DHASH_START + 32;

/** Whether `value` is a name that a stage may have: 1 to 100 of `A-Z a-z 0-9 _ . + -`, not starting with a dot. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && NAME_PATTERN.test(value);
}

/**
 * Returns `name`, or says why a stage cannot be called so.
 *
 * @throws {LightnixError} `invalid-name`
 */
export function checkName(name: unknown): string {
  if (isName(name)) return name;
  if (name === undefined || name === "") {
    throw new LightnixError(
      "invalid-name",
      `Cannot name a stage: it has no name. Give it one, such as "model"`,
    );
  }
  const shown = typeof name === "string" ? JSON.stringify(name) : `a value of type ${typeof name}`;
  throw new LightnixError(
    "invalid-name",
    `Cannot name a stage ${shown}: a name is 1 to 100 of the characters A-Z a-z 0-9 _ . + - and does not start with a dot`,
    { data: { name } },
  );
}

/** Whether `value` is a hash as addresses contain it: 32 lower-case hex digits. */
export function isHash(value: unknown): value is string {
  return typeof value === "string" && HASH_PATTERN.test(value);
}

/** Whether `value` is the text of a `DRef`. Says nothing about whether a store has it. */
export function isDRef(value: unknown): value is DRef {
  return typeof value === "string" && DREF_PATTERN.test(value);
}

/** Whether `value` is the text of an `RRef`. Says nothing about whether a store has it. */
export function isRRef(value: unknown): value is RRef {
  return typeof value === "string" && RREF_PATTERN.test(value);
}

/**
 * Takes a `DRef` apart.
 *
 * @throws {LightnixError} `invalid-ref`
 */
export function parseDRef(text: string): DRefParts {
  if (!isDRef(text)) throw invalidRef("derivation", text, "dref:<32 hex digits>-<name>");
  return { hash: text.slice(HASH_START, HASH_END), name: text.slice(HASH_END + 1) };
}

/**
 * Takes an `RRef` apart.
 *
 * @throws {LightnixError} `invalid-ref`
 */
export function parseRRef(text: string): RRefParts {
  if (!isRRef(text)) throw invalidRef("realization", text, "rref:<32 hex digits>-<32 hex digits>-<name>");
  return {
    hash: text.slice(HASH_START, HASH_END),
    dhash: text.slice(DHASH_START, DHASH_END),
    name: text.slice(DHASH_END + 1),
  };
}

/**
 * Puts a `DRef` together.
 *
 * @throws {LightnixError} `invalid-name`, `invalid-ref`
 */
export function makeDRef<C = unknown>(parts: DRefParts): DRef<C> {
  const text = `dref:${parts.hash}-${checkName(parts.name)}`;
  if (!isHash(parts.hash)) throw invalidRef("derivation", text, "dref:<32 hex digits>-<name>");
  return text as DRef<C>;
}

/**
 * Puts the `RRef` of an outcome of `dref` together.
 *
 * @throws {LightnixError} `invalid-ref`
 */
export function makeRRef<C>(hash: string, dref: DRef<C>): RRef<C> {
  const { hash: dhash, name } = parseDRef(dref);
  const text = `rref:${hash}-${dhash}-${name}`;
  if (!isHash(hash)) throw invalidRef("realization", text, "rref:<32 hex digits>-<32 hex digits>-<name>");
  return text as RRef<C>;
}

/**
 * The derivation that a realization is an outcome of.
 *
 * @throws {LightnixError} `invalid-ref`
 */
export function drefOf<C>(rref: RRef<C>): DRef<C> {
  if (!isRRef(rref)) parseRRef(rref);
  return `dref:${rref.slice(DHASH_START)}` as DRef<C>;
}

/** What a derivation or a realization is called. */
export function nameOf(ref: DRef | RRef): string {
  return (isRRef(ref) ? parseRRef(ref) : parseDRef(ref)).name;
}

/** The first eight digits of an address: enough for people to tell those of one name apart. */
export function shortHash(ref: DRef | RRef): string {
  return (isRRef(ref) ? parseRRef(ref) : parseDRef(ref)).hash.slice(0, 8);
}

function invalidRef(kind: string, text: unknown, form: string): LightnixError {
  const shown = typeof text === "string" ? JSON.stringify(text) : `a value of type ${typeof text}`;
  return new LightnixError("invalid-ref", `Cannot read the ${kind} ${shown}: it is not of the form ${form}`, {
    data: { text },
  });
}
