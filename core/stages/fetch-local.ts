import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode, LightnixError } from "../errors.ts";
import { hashTree } from "../hash.ts";
import { pathSegments, self, type SelfPath } from "../path.ts";
import type { Build } from "../stage/build.ts";
import type { Matcher } from "../stage/matcher.ts";
import { readsNow } from "../reads/watch-files.ts";
import { copyWritable } from "../stage/scratch.ts";
import { stage, type Stage } from "../stage/stage.ts";
import { walkTree } from "../store/tree.ts";
import { builtIn, closeBuiltIn } from "./built-in.ts";
import { checksumOf, hashFile, mismatch } from "./download/checksum.ts";
import { nameFrom } from "./file-name.ts";

/** Where something local is. */
export type LocalPlace =
  /** Its path (relative ones start at the folder that the process works in), or its `file:` URL. */
  | { readonly path: string | URL; readonly env?: undefined }
  /** The environment variable that has its path. */
  | { readonly env: string; readonly path?: undefined };

/** Where something local is, and what stage it is for. */
export type NamedPlace = LocalPlace & { readonly name: string };

/** How to fetch something local. */
export type FetchLocalOptions = LocalPlace & {
  readonly name: string;
  /** What the content has to come to; found out unless given. Of a file as `sha256sum` prints it, of a folder see `fetchLocal`. */
  readonly sha256?: string | undefined;
  /** What it is called in the realization: the last part of `path` unless given; with `env`, the stage's name. */
  readonly filename?: string | undefined;
  readonly matcher?: Matcher | undefined;
};

/** The config of something local. */
export interface FetchedLocalConfig {
  readonly sha256: string;
  /** The copy of the file or folder. */
  readonly data: SelfPath;
}

/**
 * A stage that is a copy of a file or folder of this machine.
 *
 * Its identity is what the content is and what it is called, and not where it comes from. The content is hashed here and now,
 * so that a file that changed is another derivation; with `sha256` it is neither read nor need it be there as long as a
 * realization of it is. Both ways lead to the same derivation. Of a folder, `sha256` is the tree hash of the store, over
 * paths, executable bits, contents and link targets; the error about a wrong one shows it.
 *
 * Source: `fetchlocal` of Pylightnix (stages/fetch.py).
 *
 * @throws {LightnixError} `no-such-file`, `no-such-variable`, `special-file`, `invalid-checksum`, `invalid-name`, `invalid-path`
 *
 * @example
 * ```ts
 * const letters = await fetchLocal({ name: "letters", path: "./letters" });
 * const corpus = await fetchLocal({ name: "corpus", env: "CORPUS", sha256: "9f86d0..." });
 * const train = letters.path("letters", "train");
 * ```
 */
export async function fetchLocal(options: FetchLocalOptions): Promise<Stage<FetchedLocalConfig>> {
  const { name, matcher } = options;
  const given = checksumOf(name, { sha256: options.sha256 })?.hex;
  const sha256 = given ?? (await contentHash(await locate(options)));
  const config: FetchedLocalConfig = { sha256, data: self(options.filename ?? defaultName(options)) };
  const copy = localRealizer({ name, ...placeOf(options) });
  return stage({ name, config, matcher, realize: copy, ...builtIn("fetchLocal", 1) });
}

// Where a relative path begins is a matter of here and now.
function placeOf({ path, env }: FetchLocalOptions): LocalPlace {
  if (path === undefined) return env === undefined ? ({} as LocalPlace) : { env };
  return { path: path instanceof URL ? fileURLToPath(path) : resolve(path) };
}

/** What copies a file or folder and checks that it is what the config of a build says. */
export function localRealizer(options: NamedPlace): (build: Build<FetchedLocalConfig>) => Promise<void> {
  const copy = (build: Build<FetchedLocalConfig>): Promise<void> => realizeLocal(build, options);
  closeBuiltIn(copy, "fetchLocal", options);
  return copy;
}

async function realizeLocal(build: Build<FetchedLocalConfig>, options: NamedPlace): Promise<void> {
  const from = await locate(options);
  const to = build.path(...pathSegments(build.config.data));
  await checkKinds(from);
  // What comes of it is checked below: another content is another derivation.
  readsNow()?.counts(from);
  await copyWritable(from, to);
  build.signal.throwIfAborted();
  // The copy is hashed, and not what it was made from, which may be changing this very moment.
  const actual = await contentHash(to);
  const checksum = { algorithm: "sha256", hex: build.config.sha256 } as const;
  if (actual !== checksum.hex) throw mismatch(`fetch "${from}"`, checksum, actual);
}

async function locate(options: NamedPlace): Promise<string> {
  const path = statedPath(options);
  try {
    // The thing itself, when it is a link that leads to it.
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR") throw error;
    const { env } = options;
    const by = env === undefined ? "" : `, which the environment variable ${env} names`;
    throw new LightnixError("no-such-file", `Cannot fetch "${options.name}": there is no ${path}${by}`, {
      data: { path },
      cause: error,
    });
  }
}

function statedPath({ name, path, env }: NamedPlace): string {
  if (path !== undefined) return path instanceof URL ? fileURLToPath(path) : resolve(path);
  if (env === undefined)
    throw new TypeError(`Cannot make the stage "${String(name)}": it has neither a path nor an env`);
  const value = process.env[env];
  if (value !== undefined && value !== "") return resolve(value);
  throw new LightnixError(
    "no-such-variable",
    `Cannot fetch "${name}": the environment variable ${env} is not set. Set it to the path of the file or folder`,
    { data: { env } },
  );
}

function defaultName({ name, path }: FetchLocalOptions): string {
  if (path === undefined) return name;
  return nameFrom(path instanceof URL ? fileURLToPath(path) : resolve(path), name);
}

async function contentHash(path: string): Promise<string> {
  await checkKinds(path);
  if (!(await stat(path)).isDirectory()) return await hashFile(path, "sha256");
  return (await hashTree(path)).digest;
}

/** Neither a device nor a pipe can be read to its end. @throws {LightnixError} `special-file` */
async function checkKinds(path: string): Promise<void> {
  const facts = await stat(path);
  if (facts.isDirectory()) await walkTree(path);
  else if (!facts.isFile())
    throw new LightnixError("special-file", `Cannot fetch "${path}": it is neither a file nor a folder`, {
      data: { path },
    });
}
