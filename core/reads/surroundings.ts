import { homedir, tmpdir } from "node:os";
import { basename, isAbsolute, join, relative, sep } from "node:path";

/** What lies around a run of a realizer. */
export interface Surroundings {
  /** Folders of which whatever is read there counts already, or is the run's own: the store, output and scratch folders. */
  readonly own: readonly string[];
  /** The folder that it works in. */
  readonly project: string;
}

/** The folder that this process works in; the topmost one when that was removed. */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return sep;
  }
}

/** Whether a path is a folder, or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return (
    path === folder || (path.startsWith(folder) && (path[folder.length] === sep || folder.endsWith(sep)))
  );
}

/**
 * Whether a file at this absolute path is one that a result may depend on and nothing says so: neither the run's own, nor code, nor what
 * belongs to the machine (the system, programs and packages, settings, caches, temporary files).
 */
export function isOutside(path: string, { own, project }: Surroundings): boolean {
  if (own.some((folder) => isWithin(path, folder))) return false;
  if (isCode(path)) return false;
  const isOfProject = isWithin(path, project);
  // A project may itself lie among temporary files, or in a hidden folder.
  const way = isOfProject ? relative(project, path) : path;
  if (way.split(sep).some(isSetAside)) return false;
  return !machineFolders().some(
    (folder) => isWithin(path, folder) && !(isOfProject && project !== folder && isWithin(project, folder)),
  );
}

/** A path as a user would write it: from the folder that everything works in, if it lies there. */
export function shownPath(path: string, project: string): string {
  return isWithin(path, project) && path !== project ? relative(project, path) : path;
}

// What is loaded as code is part of a stage's identity, or runs beside it.
const CODE = /\.(?:[cm]?[jt]sx?|node|map)$/u;
const PROJECT_FILES: ReadonlySet<string> = new Set(["package.json", "package-lock.json", "tsconfig.json"]);

function isCode(path: string): boolean {
  return CODE.test(path) || PROJECT_FILES.has(basename(path));
}

const PACKAGE_FOLDERS: ReadonlySet<string> = new Set(["node_modules", "site-packages", "dist-packages"]);

/** What a tool has put there for itself: packages, settings, caches. */
function isSetAside(name: string): boolean {
  return PACKAGE_FOLDERS.has(name) || (name.startsWith(".") && name !== "." && name !== "..");
}

const SYSTEM_FOLDERS: readonly string[] =
  process.platform === "win32"
    ? []
    : [
        ..."proc sys dev etc usr lib lib32 lib64 bin sbin run var tmp opt snap boot nix gnu".split(" "),
        ..."System Library Applications private".split(" "),
      ].map((name) => `/${name}`);

const FOLDER_VARIABLES = [
  ..."XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME HF_HOME TORCH_HOME".split(" "),
  ..."SystemRoot ProgramFiles ProgramFiles(x86) ProgramData APPDATA LOCALAPPDATA".split(" "),
];

let known: { readonly key: string; readonly folders: readonly string[] } | undefined;

function machineFolders(): readonly string[] {
  const named = FOLDER_VARIABLES.flatMap((name) => process.env[name] ?? []).filter(isAbsolute);
  const key = named.join("\0");
  if (known?.key !== key)
    known = { key, folders: [...SYSTEM_FOLDERS, tmpdir(), join(homedir(), "Library"), ...named] };
  return known.folders;
}
