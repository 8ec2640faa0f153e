import { errorCode } from "../errors.ts";
import type { BundleParts } from "../store/bundle-text.ts";
import { bundleText, parseBundle } from "../store/bundle-text.ts";
import type { Store } from "../store/store.ts";
import type { Derivation } from "./closure.ts";

/** How the code of a derivation is taken along. */
export type Bundling =
  /** It is made when it is asked for. `key` tells it from other bundles of the same derivation. */
  | { readonly kind: "closed"; readonly key: string; readonly make: () => Promise<BundleParts> }
  /** It is in the store that the derivation comes from. */
  | { readonly kind: "stored" }
  /** It cannot be taken along: the realizer runs in this process only. `reason` continues a sentence: `it uses "model", ...`. */
  | { readonly kind: "open"; readonly reason: string };

// Bundles that turned out to be impossible only when they were made, by the realizer.
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
    await store.putBundle(dref, bundleText(await bundling.make()));
  } catch (error) {
    if (!isBearable(error)) throw error;
    // The stage can still be realized here and now, as an open one.
    failures.set(realize, error instanceof Error ? error.message : String(error));
  }
}

function isBearable(error: unknown): boolean {
  return errorCode(error) === "unbundlable" || errorCode(error) === "store-unwritable";
}
