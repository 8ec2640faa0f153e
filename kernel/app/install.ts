import { randomUUID } from "node:crypto";
import { readFile, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AppError } from "./errors.ts";
import type { KernelSpec, Place, Surroundings } from "./kernelspec.ts";
import {
  checkKernelName,
  defaultDisplayName,
  defaultKernelName,
  kernelSpec,
  kernelsFolder,
} from "./kernelspec.ts";
import { makeFolders } from "../../core/store/make-folders.ts";
import { builtFile } from "../../core/built-file.ts";
import { packageRoot } from "./package.ts";
import { packageVersion } from "./versions.ts";

/** Which kernel is meant, and where. */
export interface KernelLocation {
  /** Defaults to the user's own folder. */
  readonly place?: Place;
  /** Defaults to `lightnix`. */
  readonly name?: string;
  /** Defaults to those of this process. */
  readonly surroundings?: Surroundings;
}

/** What to install, and where. */
export interface InstallOptions extends KernelLocation {
  /** What Jupyter's menus show. */
  readonly displayName?: string;
  /** Environment variables that Jupyter sets for the kernel. */
  readonly env?: Readonly<Record<string, string>>;
  /** Overwrites a kernel of this name that Lightnix did not install. */
  readonly force?: boolean;
  /** The Node.js executable; defaults to the one that runs now. */
  readonly node?: string;
  /** The kernel's start file; defaults to the one of this very package. */
  readonly main?: string;
}

/** A kernel that is installed. */
export interface InstalledKernel {
  readonly name: string;
  readonly displayName: string;
  /** The folder with its `kernel.json`. */
  readonly folder: string;
}

/** A kernel that is no longer installed. */
export interface RemovedKernel {
  readonly name: string;
  readonly folder: string;
  /** Files in its folder that Lightnix did not write, and therefore left. */
  readonly left: readonly string[];
}

const specFile = "kernel.json";
const logoFiles = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"] as const;

/**
 * Makes the kernel known to Jupyter. Needs no Python. Each file is replaced in one step, `kernel.json` last, so
 * that Jupyter never reads half a kernel.
 *
 * @throws {AppError} `invalid-kernel-name`, `no-environment`, `foreign-kernel`, or `unwritable-folder`.
 */
export async function installKernel(options: InstallOptions = {}): Promise<InstalledKernel> {
  const { name, folder } = locate(options);
  const displayName = options.displayName ?? defaultDisplayName(name);
  if ((await owner(folder)) === "foreign" && options.force !== true) {
    throw new AppError(
      "foreign-kernel",
      `Cannot install the kernel "${name}": "${folder}" holds another kernel of that name. ` +
        "Choose another name with --name, or overwrite it with --force",
      { name, folder },
    );
  }
  const spec = kernelSpec({
    node: options.node ?? process.execPath,
    main: options.main ?? builtFile("kernel/app/main.cjs"),
    displayName,
    version: packageVersion,
    ...(options.env && { env: options.env }),
  });
  try {
    makeFolders(folder);
    for (const logo of logoFiles) {
      await replaceFile(join(folder, logo), await readFile(join(packageRoot, "kernel", "app", "logo", logo)));
    }
    await replaceFile(join(folder, specFile), `${JSON.stringify(spec, null, 2)}\n`);
  } catch (error) {
    throw unwritable(`Cannot install the kernel "${name}"`, folder, error);
  }
  return { name, displayName, folder };
}

/**
 * Takes back what {@link installKernel} wrote, and nothing else.
 *
 * @throws {AppError} `invalid-kernel-name`, `no-environment`, `no-such-kernel`, `foreign-kernel`, or `unwritable-folder`.
 */
export async function uninstallKernel(options: KernelLocation = {}): Promise<RemovedKernel> {
  const { name, folder } = locate(options);
  const problem = { none: "no-such-kernel", foreign: "foreign-kernel", own: undefined }[await owner(folder)];
  if (problem !== undefined) {
    const because = problem === "no-such-kernel" ? "is not there" : "was not installed by Lightnix";
    throw new AppError(problem, `Cannot uninstall the kernel "${name}": "${folder}" ${because}`, {
      name,
      folder,
    });
  }
  try {
    for (const file of [specFile, ...logoFiles]) await rm(join(folder, file), { force: true });
    const left = await readdir(folder);
    if (left.length === 0) await rmdir(folder);
    return { name, folder, left };
  } catch (error) {
    throw unwritable(`Cannot uninstall the kernel "${name}"`, folder, error);
  }
}

function locate(location: KernelLocation): { name: string; folder: string } {
  const name = checkKernelName(location.name ?? defaultKernelName);
  const surroundings = location.surroundings ?? {
    platform: process.platform,
    home: homedir(),
    env: process.env,
  };
  return { name, folder: join(kernelsFolder(location.place ?? { kind: "user" }, surroundings), name) };
}

/** Whose kernel a folder holds. A kernel.json that is not ours to read is another's. */
async function owner(folder: string): Promise<"own" | "foreign" | "none"> {
  let text: string;
  try {
    text = await readFile(join(folder, specFile), "utf8");
  } catch {
    return "none";
  }
  return isOwn(text) ? "own" : "foreign";
}

function isOwn(text: string): boolean {
  try {
    const spec: Partial<KernelSpec> | null = JSON.parse(text);
    return typeof spec?.metadata?.lightnix === "object";
  } catch {
    return false;
  }
}

async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, content, { flag: "wx" });
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
}

function unwritable(what: string, folder: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    "unwritable-folder",
    `${what}: "${folder}" cannot be written (${reason})`,
    { folder },
    { cause },
  );
}
