import { hash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LightnixError } from "../errors.ts";
import { parseDRef, type DRef } from "../ref.ts";
import { parseBundle, type BundleParts } from "../store/bundle-text.ts";
import { BUNDLE_FILE } from "../store/layout.ts";
import type { Store } from "../store/store.ts";
import type { Derivation, OnFailure } from "./closure.ts";
import type { BuildLimits } from "./limits.ts";
import { givenModule, type GivenParts } from "./given-modules.ts";
import type { Matcher } from "./matcher.ts";
import { locatePackages } from "../code/packages.ts";

/** How to load a bundle. */
export interface LoadBundleOptions {
  /** Where packages are looked for, in this order, each time as Node does from there: the working folder unless given. */
  readonly folders?: readonly string[] | undefined;
  /** What stands for the names that a notebook gives to its cells, such as `display`. */
  readonly host?: Readonly<Record<string, unknown>> | undefined;
  /** The files that its imports of packages stand for, where somebody has looked for them already. */
  readonly packages?: ReadonlyMap<string, string> | undefined;
}

/** A bundle that was loaded: what it exports. */
export interface LoadedBundle {
  readonly realize: Derivation["realize"];
  readonly matcher: Matcher;
  readonly outs: number;
  readonly onFailure?: OnFailure | undefined;
  readonly limits?: BuildLimits | undefined;
}

// By the digest of their code. What is the same need not be loaded twice: modules are never given back.
const loaded: Map<string, Promise<LoadedBundle>> = new Map();

/**
 * Loads the code of a closed derivation out of its store: checks it against its digest, finds the packages that it needs, in
 * the very versions that it was made with, and imports it. The store's folder need not be writable.
 *
 * With `process.setSourceMapsEnabled(true)`, traces name the cells and modules that the code came from.
 *
 * @throws {LightnixError} `no-bundle` when the derivation is open, `damaged-bundle`, `missing-package` (also for another version);
 *   what the code throws when it is imported
 */
export async function loadBundle(
  store: Store,
  dref: DRef,
  options: LoadBundleOptions = {},
): Promise<LoadedBundle> {
  const parts = readBundleParts(store, dref);
  const { folders = [process.cwd()], host } = options;
  const packages = options.packages ?? (await packagesFor(parts, dref, folders));
  const code = link(parts, packages, {
    store,
    captured: store.config(dref)["__captured__"] ?? {},
    host: host ?? noHost,
    hostNames: parts.facts.host ?? [],
    folder: folders[0] ?? process.cwd(),
  });
  const digest = hash("sha256", code, "hex");
  const known = loaded.get(digest);
  if (known !== undefined) return await known;
  const loading = importPackages(parts, packages).then(() =>
    importText(code, join(store.path(dref), BUNDLE_FILE)),
  );
  loaded.set(digest, loading);
  // What failed may have been mended meanwhile.
  loading.catch(() => loaded.delete(digest));
  return await loading;
}

/**
 * The files that a derivation's code stands for by its imports of packages.
 *
 * @throws {LightnixError} `no-bundle`, `damaged-bundle`, `missing-package`
 */
export async function bundlePackages(
  store: Store,
  dref: DRef,
  { folders = [process.cwd()] }: Pick<LoadBundleOptions, "folders">,
): Promise<ReadonlyMap<string, string>> {
  return await packagesFor(readBundleParts(store, dref), dref, folders);
}

async function packagesFor(
  parts: BundleParts,
  dref: DRef,
  folders: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return await locatePackages(parts, { name: parseDRef(dref).name, folders });
}

/** The text of a derivation's bundle, checked. @throws {LightnixError} `no-bundle`, `damaged-bundle` */
export function wholeBundle(store: Store, dref: DRef): string {
  readBundleParts(store, dref);
  return store.bundle(dref) ?? "";
}

/** A derivation's bundle, checked. @throws {LightnixError} `no-bundle`, `damaged-bundle` */
export function readBundleParts(store: Store, dref: DRef): BundleParts {
  const { name } = parseDRef(dref);
  const path = join(store.path(dref), BUNDLE_FILE);
  const text = store.bundle(dref);
  if (text === undefined) {
    store.config(dref);
    throw new LightnixError(
      "no-bundle",
      `Cannot load the code of "${name}" (${dref}): the store has none, as the stage was open where it was made. Realize it there, or define it as a %%stage cell or with \`module: import.meta.url\``,
      { data: { dref, name } },
    );
  }
  const parts = parseBundle(text);
  if (typeof parts !== "string") return parts;
  throw new LightnixError(
    "damaged-bundle",
    `Cannot load the code of "${name}" from "${path}": ${parts}. \`repair\` drops it, and realizing the stage where it is defined writes it again`,
    {
      data: { dref, path },
    },
  );
}

const noHost: NonNullable<LoadBundleOptions["host"]> = {};

/** The code with addresses in the place of names. */
function link(
  { facts, code }: BundleParts,
  packages: ReadonlyMap<string, string>,
  given: GivenParts,
): string {
  let linked = "";
  let from = 0;
  for (const [start, end] of facts.imports) {
    const specifier = JSON.parse(code.slice(start, end)) as string;
    const address = givenModule(specifier, given) ?? packages.get(specifier) ?? specifier;
    linked += code.slice(from, start) + JSON.stringify(address);
    from = end;
  }
  return linked + code.slice(from);
}

// Bundles are loaded side by side: the last one turns source maps on again.
let importing = 0;

/**
 * Imports the packages that a bundle begins with, without their source maps: to read those of a large package takes as long and as much
 * memory as the package itself.
 */
async function importPackages(
  { facts, code }: BundleParts,
  packages: ReadonlyMap<string, string>,
): Promise<void> {
  if (!process.sourceMapsEnabled && importing === 0) return;
  importing++;
  process.setSourceMapsEnabled(false);
  try {
    for (const [start, end] of facts.imports) {
      const address = packages.get(JSON.parse(code.slice(start, end)) as string);
      const isAtOnce = !code.slice(0, start).trimEnd().endsWith("(");
      // What is wrong with it, the import of the bundle itself will tell.
      if (address !== undefined && isAtOnce) await import(/* @vite-ignore */ address).catch(() => undefined);
    }
  } finally {
    importing--;
    if (importing === 0) process.setSourceMapsEnabled(true);
  }
}

/** Imports a text, which traces call by `path`. Node reads source maps of files only, so it has to be one for a moment. */
async function importText(code: string, path: string): Promise<LoadedBundle> {
  const folder = mkdtempSync(join(tmpdir(), "lightnix-bundle-"));
  const file = join(folder, BUNDLE_FILE);
  try {
    writeFileSync(file, `\n\n${code}\n//# sourceURL=${pathToFileURL(path).href}\n`);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as LoadedBundle;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
