import { hash } from "node:crypto";
import { canonicalJson } from "../canonical.ts";
import type { Json } from "../config.ts";
import { errorCode } from "../errors.ts";
import { bundleText, parseBundle, type BundleFacts, type BundleParts } from "../store/bundle-text.ts";
import type { DRef } from "../ref.ts";
import type { Store } from "../store/store.ts";
import type { Derivation } from "./closure.ts";
import type { CodeText } from "./make-bundle.ts";
import { matcherText, type MatcherText } from "./matcher-text.ts";
import { spellingOf } from "./spelling.ts";
import { isTolerant, tolerant } from "./tolerant.ts";

/** How the code of a derivation is taken along. */
export type Bundling =
  | {
      /** It is made when it is asked for. */
      readonly kind: "closed";
      /** Tells it from other bundles of the same derivation. */
      readonly key: string;
      readonly make: () => Promise<BundleParts>;
      /**
       * Whether the bundle with a key can stay in its place: itself, or that of the same stage as a point of a sweep, of which the matcher is `tolerant`. Else a
       * notebook that realizes a stage and sweeps over it would exchange the two each time that it is run.
       */
      readonly isServedBy: (key: string) => boolean;
    }
  /** It is in the store that the derivation comes from. */
  | { readonly kind: "stored" }
  /** It cannot be taken along: the realizer runs in this process only. `reason` continues a sentence: `it uses "model", ...`. */
  | { readonly kind: "open"; readonly reason: string };

/** The code of a realizer as modules, which are bundled. */
export interface RealizerCode {
  /** Exports the realizer as `realize`, and the expression that it was asked for as `matcher`. */
  readonly entry: CodeText;
  /** What the entry imports by names that begin with `lightnix:`. */
  readonly parts?: Readonly<Record<string, CodeText>> | undefined;
  /** The folder that the paths of local modules are told relative to. */
  readonly folder: string;
  /** Names of the notebook's host that it uses. */
  readonly host?: readonly string[] | undefined;
}

/** The code of a realizer that needs nothing but Lightnix: an ES module whose first line imports it. */
export interface PlainCode {
  readonly plain: string;
}

/** Makes the code of one realizer. */
export interface Bundler {
  /** Tells the code from other code, as syntax. */
  readonly digest: string;
  /**
   * The code, with the matcher in it, which may use what the realizer can.
   *
   * @throws {LightnixError} `unbundlable`
   */
  code(matcher: MatcherText): RealizerCode | PlainCode;
}

// By the function, so that a changed copy of a stage keeps it as long as it keeps its realizer.
const bundlers: WeakMap<Derivation["realize"], Bundler | { readonly reason: string }> = new WeakMap();

/** Says how the code of a realizer is taken along. */
export function closeRealizer(realize: Derivation["realize"], bundler: Bundler): void {
  bundlers.set(realize, bundler);
}

/** Says why a realizer can run in this process only, in words that continue a sentence: `it uses "model", a live object`. */
export function openRealizer(realize: Derivation["realize"], reason: string): void {
  bundlers.set(realize, { reason });
}

type Settings = Pick<Derivation, "name" | "matcher" | "realize" | "outs" | "onFailure" | "limits">;

/** How the code of a stage is taken along. Says nothing yet of whether bundling it will succeed. */
export function bundlingOf(stage: Settings): Bundling {
  const bundler = bundlers.get(stage.realize);
  if (bundler === undefined)
    return { kind: "open", reason: "it was made by stage() without `module: import.meta.url`" };
  if ("reason" in bundler) return { kind: "open", reason: bundler.reason };
  try {
    const matcher = matcherText(stage.matcher);
    const settings = settingsOf(stage);
    const key = keyOf(settings, matcher, bundler);
    return {
      kind: "closed",
      key,
      make: () => make(stage.name, bundler.code(matcher), { key, ...settings }),
      isServedBy: (other) => other === key || other === tolerantKey(stage, bundler),
    };
  } catch (error) {
    if (errorCode(error) !== "unbundlable") throw error;
    return { kind: "open", reason: error instanceof Error ? error.message : String(error) };
  }
}

function keyOf(settings: Facts, matcher: MatcherText, { digest }: Bundler): string {
  const identity = { ...settings, matcher: matcher.text, code: digest, format: 1 };
  return hash("sha256", canonicalJson(identity), "hex").slice(0, 32);
}

/** The key of the bundle that a stage has as the point of a sweep. */
function tolerantKey(stage: Settings, bundler: Bundler): string | undefined {
  if (stage.matcher.metric === undefined || isTolerant(stage.matcher)) return undefined;
  const matcher = tolerant(stage.matcher);
  return keyOf(settingsOf({ ...stage, matcher }), matcherText(matcher), bundler);
}

type Facts = Pick<BundleFacts, "outs" | "onFailure" | "matcher" | "limits">;

function settingsOf({ outs, onFailure, limits, matcher }: Settings): Facts {
  const spelling = spellingOf(matcher);
  return {
    outs,
    ...(spelling && { matcher: spelling as unknown as Json }),
    ...(onFailure !== undefined && { onFailure }),
    ...(limits !== undefined && { limits: { ...limits } as Json }),
  };
}

async function make(
  name: string,
  code: RealizerCode | PlainCode,
  facts: Facts & { readonly key: string },
): Promise<BundleParts> {
  const settings = (["outs", "onFailure", "limits"] as const).map(
    (field) => `export const ${field} = ${JSON.stringify(facts[field]) ?? "undefined"};`,
  );
  if ("plain" in code) return plainParts([code.plain, ...settings, ""].join("\n"), facts);
  const { entry, parts, folder, host } = code;
  const text = [`export { realize, matcher } from "lightnix:code";`, ...settings, ""].join("\n");
  // Loaded with what it needs only when there is something to bundle.
  const { makeBundle } = await import("./make-bundle.ts");
  return await makeBundle({
    name,
    folder,
    entry: { title: "exports", text, from: entry.from },
    parts: { ...parts, "lightnix:code": entry },
    facts: { ...facts, ...(host !== undefined && host.length > 0 && { host }) },
  });
}

function plainParts(code: string, facts: Facts & { readonly key: string }): BundleParts {
  const start = code.indexOf('"lightnix";\n');
  return { code, facts: { ...facts, packages: {}, imports: [[start, start + '"lightnix"'.length]] } };
}

// Bundles that turned out to be impossible only when they were made, by realizer and key.
const failures: WeakMap<Derivation["realize"], Map<string, string>> = new WeakMap();

function fail({ realize }: Pick<Derivation, "realize">, key: string, reason: string): void {
  const known = failures.get(realize) ?? new Map<string, string>();
  failures.set(realize, known.set(key, reason));
}

/** Why a derivation is open: it can be realized in this process only. Nothing when it is closed. */
export function whyOpen({ bundling, realize }: Pick<Derivation, "bundling" | "realize">): string | undefined {
  if (bundling === undefined) return "nothing is known of the code that its realizer needs";
  if (bundling.kind === "open") return bundling.reason;
  return bundling.kind === "closed" ? failures.get(realize)?.get(bundling.key) : undefined;
}

/** The text of a derivation's bundle; nothing when it is open, or turns out to be. */
export async function bundleOf(derivation: Bundled): Promise<string | undefined> {
  const { bundling } = derivation;
  if (bundling?.kind !== "closed" || whyOpen(derivation) !== undefined) return undefined;
  try {
    return await textOnce(derivation, bundling);
  } catch (error) {
    if (errorCode(error) !== "unbundlable") throw error;
    // The stage can still be realized here and now, as an open one.
    fail(derivation, bundling.key, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

type Bundled = Pick<Derivation, "bundling" | "realize" | "name">;

// The points of a sweep have their code in common.
const texts: WeakMap<Derivation["realize"], Map<string, Promise<string>>> = new WeakMap();

/** The text of a bundle, made once for all derivations that have the same. */
function textOnce(
  { realize, name }: Bundled,
  { key, make: makeParts }: Extract<Bundling, { kind: "closed" }>,
): Promise<string> {
  const known = texts.get(realize) ?? new Map<string, Promise<string>>();
  texts.set(realize, known);
  const id = `${key} ${name}`;
  const text = known.get(id) ?? makeParts().then(bundleText);
  known.set(id, text);
  return text;
}

// What this process has seen or put into a store, so that a stage is not looked at each time.
const seen: WeakMap<Store, Map<DRef, string>> = new WeakMap();

/** Writes the bundles of derivations that are closed and in a store already, as far as it has none or others. */
export async function putBundles(store: Store, derivations: readonly Derivation[]): Promise<void> {
  const keys = seen.get(store) ?? new Map<DRef, string>();
  seen.set(store, keys);
  await Promise.all(
    derivations.map(async (derivation) => {
      const { dref, bundling } = derivation;
      if (bundling?.kind !== "closed" || (keys.get(dref) === bundling.key && store.hasBundle(dref))) return;
      const there = keyIn(store, dref);
      if (there === undefined || !bundling.isServedBy(there))
        await putBundle(store, derivation, bundling.key);
      keys.set(dref, bundling.key);
    }),
  );
}

async function putBundle(store: Store, derivation: Derivation, key: string): Promise<void> {
  const text = await bundleOf(derivation);
  if (text === undefined) return;
  try {
    await store.putBundle(derivation.dref, text);
  } catch (error) {
    if (errorCode(error) !== "store-unwritable") throw error;
    fail(derivation, key, "nobody may write to its store");
  }
}

function keyIn(store: Store, dref: DRef): string | undefined {
  const text = store.bundle(dref);
  const parts = text === undefined ? undefined : parseBundle(text);
  return typeof parts === "object" ? parts.facts.key : undefined;
}
