import { homedir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { isDRef, isHash, parseDRef, parseRRef, type DRef, type RRef } from "../ref.ts";

/** The config of a derivation. */
export const CONFIG_FILE = "config.json";
/** The code of a closed derivation, beside its config. It follows from the stage, and is part of no hash. */
export const BUNDLE_FILE = "stage.mjs";
/** The context of a realization. It, and the top-level names that start with `__`, are no artifacts, save for the next. */
export const CONTEXT_FILE = "context.json";
/**
 * Says that a realization is one that failed, and why. It is hashed as artifacts are: else a run that failed before it made
 * anything and one that made nothing would be the same outcome.
 */
export const FAILURE_FILE = "__failure__.json";
/** When, where and by what a realization was made. */
export const RECORD_FILE = "__build__.json";
/** What each artifact is, where the record has no room for it (see tree-record.ts). */
export const TREE_FILE = "__tree__.json";
/** What the store itself writes into every realization. */
export const WRITTEN_FILES: readonly string[] = [CONTEXT_FILE, RECORD_FILE, TREE_FILE];
/** What the realizer printed. */
export const LOG_FILE = "__log__.txt";
/** What the realizer displayed, and where in the log it did so. */
export const DISPLAY_FILE = "__display__.json";
/** In an output folder that was kept although nothing was published of it: what it is the output of. */
export const KEPT_FILE = "__kept__.json";

/** Where the parts of a store are. */
export interface StorePaths {
  readonly root: string;
  /** Derivations and realizations. */
  readonly objects: string;
  /** Says that `objects` is a store, and of what version. */
  readonly marker: string;
  /** What is being made, and what failed. */
  readonly tmp: string;
  readonly locks: string;
  /** The texts of code that configs name by digest. */
  readonly sources: string;
}

/** The paths of the store at `root`. */
export function storePaths(root: string): StorePaths {
  const objects = join(root, "store-v1");
  return {
    root,
    objects,
    marker: join(objects, "__store__.json"),
    tmp: join(root, "tmp"),
    locks: join(root, "locks"),
    sources: join(root, "sources"),
  };
}

/**
 * The folder of the store: what was asked for, else `LIGHTNIX_ROOT`, `$XDG_DATA_HOME/lightnix`, `~/.local/share/lightnix`.
 * Empty variables count as not set, and so does an `XDG_DATA_HOME` that is not absolute (XDG Base Directory Specification).
 */
export function storeRoot(asked: string | undefined, env: NodeJS.ProcessEnv): string {
  if (asked !== undefined) return resolve(asked);
  if (env["LIGHTNIX_ROOT"]) return resolve(env["LIGHTNIX_ROOT"]);
  const data = env["XDG_DATA_HOME"];
  if (data && isAbsolute(data)) return join(data, "lightnix");
  // An empty HOME would make it a relative path.
  return join(homedir() || userInfo().homedir, ".local", "share", "lightnix");
}

/** The folder name of a derivation: `<dhash>-<name>`. */
export function derivationFolderName(dref: DRef): string {
  const { hash, name } = parseDRef(dref);
  return `${hash}-${name}`;
}

/** Where in a store the signatures of a derivation and of its realizations are (see signatures/ledger.ts). */
export function ledgerPath(dref: DRef): string {
  return `signatures/${derivationFolderName(dref)}`;
}

/** Where in a store is kept what realizers of a derivation read besides its inputs (see reads/reads-ledger.ts). */
export function readsPath(dref: DRef): string {
  return `reads/${derivationFolderName(dref)}`;
}

/** The address of the derivation with this folder name, if it is one. */
export function derivationOfFolder(folderName: string): DRef | undefined {
  const text = `dref:${folderName}`;
  return isDRef(text) ? text : undefined;
}

/** The folder of a derivation. */
export function derivationFolder(paths: StorePaths, dref: DRef): string {
  return `${paths.objects}/${derivationFolderName(dref)}`;
}

/** The folder of a realization. */
export function realizationFolder(paths: StorePaths, rref: RRef): string {
  const { hash, dhash, name } = parseRRef(rref);
  return `${paths.objects}/${dhash}-${name}/${hash}`;
}

/** Whether a name inside a derivation's folder is that of a realization. */
export function isRealizationName(name: string): boolean {
  return isHash(name);
}

/** Whether a top-level name of a realization is that of an artifact, so that it is hashed. */
export function isArtifactName(name: string): boolean {
  return name === FAILURE_FILE || (name !== CONTEXT_FILE && !name.startsWith("__"));
}
