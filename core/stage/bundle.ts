import { hash } from "node:crypto";
import { canonicalJson } from "../canonical.ts";
import type { Json } from "../config.ts";
import { errorCode } from "../errors.ts";
import { bundleText, parseBundle, type BundleFacts, type BundleParts } from "../store/bundle-text.ts";
import type { Store } from "../store/store.ts";
import type { Derivation } from "./closure.ts";
import type { CodeText } from "./make-bundle.ts";
import { matcherText, type MatcherText } from "./matcher-text.ts";
import { spellingOf } from "./spelling.ts";

/** How the code of a derivation is taken along. */
export type Bundling =
  /** It is made when it is asked for. `key` tells it from other bundles of the same derivation. */
  | { readonly kind: "closed"; readonly key: string; readonly make: () => Promise<BundleParts> }
  /** It is in the store that the derivation comes from. */
  | { readonly kind: "stored" }
  /** It cannot be taken along: the realizer runs in this process only. `reason` continues a sentence: `it uses "model", ...`. */
  | { readonly kind: "open"; readonly reason: string };

/** The code of a realizer as modules. */
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

/** Makes the code of one realizer. */
export interface Bundler {
  /** Tells the code from other code, as syntax. */
  readonly digest: string;
  /**
   * The code, with the matcher in it, which may use what the realizer can.
   *
   * @throws {LightnixError} `unbundlable`
   */
  code(matcher: MatcherText): RealizerCode;
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
    const identity = { ...settings, matcher: matcher.text, code: bundler.digest, format: 1 };
    const key = hash("sha256", canonicalJson(identity), "hex").slice(0, 32);
    return { kind: "closed", key, make: () => make(stage.name, bundler.code(matcher), { key, ...settings }) };
  } catch (error) {
    if (errorCode(error) !== "unbundlable") throw error;
    return { kind: "open", reason: error instanceof Error ? error.message : String(error) };
  }
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
  code: RealizerCode,
  facts: Facts & { readonly key: string },
): Promise<BundleParts> {
  const { entry, parts, folder, host } = code;
  const settings = (["outs", "onFailure", "limits"] as const).map(
    (field) => `export const ${field} = ${JSON.stringify(facts[field]) ?? "undefined"};`,
  );
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

// Bundles that turned out to be impossible only when they were made.
const failures: WeakMap<Derivation["realize"], string> = new WeakMap();

/** Why a derivation is open: it can be realized in this process only. Nothing when it is closed. */
export function openReason({
  bundling,
  realize,
}: Pick<Derivation, "bundling" | "realize">): string | undefined {
  if (bundling === undefined) return "nothing is known of the code that its realizer needs";
  return bundling.kind === "open" ? bundling.reason : failures.get(realize);
}

/** Writes the bundles of derivations that are closed, as far as the store does not have them. */
export async function putBundles(store: Store, derivations: readonly Derivation[]): Promise<void> {
  await Promise.all(derivations.map((one) => putBundle(store, one)));
}

async function putBundle(store: Store, derivation: Derivation): Promise<void> {
  const { dref, bundling, realize } = derivation;
  if (bundling?.kind !== "closed" || failures.has(realize)) return;
  const known = store.bundle(dref);
  const parsed = known === undefined ? undefined : parseBundle(known);
  if (typeof parsed === "object" && parsed.facts.key === bundling.key) return;
  try {
    await store.putBundle(dref, await textOnce(derivation, bundling));
  } catch (error) {
    if (!isBearable(error)) throw error;
    // The stage can still be realized here and now, as an open one.
    failures.set(realize, error instanceof Error ? error.message : String(error));
  }
}

// The points of a sweep have their code in common.
const texts: WeakMap<Derivation["realize"], Map<string, Promise<string>>> = new WeakMap();

/** The text of a bundle, made once for all derivations that have the same. */
function textOnce(
  { realize, name }: Derivation,
  { key, make: makeParts }: Extract<Bundling, { kind: "closed" }>,
): Promise<string> {
  const known = texts.get(realize) ?? new Map<string, Promise<string>>();
  texts.set(realize, known);
  const id = `${key} ${name}`;
  const text = known.get(id) ?? makeParts().then(bundleText);
  known.set(id, text);
  return text;
}

function isBearable(error: unknown): boolean {
  return errorCode(error) === "unbundlable" || errorCode(error) === "store-unwritable";
}
