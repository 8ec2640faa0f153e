import { posix, win32 } from "node:path";
import { AppError } from "./errors.ts";

/**
 * What Jupyter reads to start a kernel: the content of `kernel.json`.
 *
 * @see https://jupyter-client.readthedocs.io/en/latest/kernels.html#kernel-specs
 */
export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode: "message";
  /** From 5.6 on a kernel chooses its ports itself, when it is started with a registration file. */
  readonly kernel_protocol_version: string;
  /** Set for the kernel, on top of what its client has; `${NAME}` stands for the client's own value. */
  readonly env?: Readonly<Record<string, string>>;
  readonly metadata: {
    readonly debugger: boolean;
    readonly supported_encryption: readonly "curve"[];
    readonly lightnix: { readonly version: string };
  };
}

/** Where a kernel is installed: for one user, in an environment of Python or Conda, or below any folder. */
export type Place =
  | { readonly kind: "user" }
  | { readonly kind: "sys-prefix" }
  | { readonly kind: "prefix"; readonly folder: string };

/** What decides where Jupyter looks: the platform, the home folder and the environment variables. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The kernel's name unless another is asked for. */
export const defaultKernelName = "lightnix";

/** What Jupyter's menus call a kernel of this name unless another text is asked for: two kernels can be told apart. */
export function defaultDisplayName(name: string): string {
  return name === defaultKernelName ? "Lightnix (TypeScript)" : `Lightnix (${name})`;
}

/** The kernel.json of a kernel started as `node main.cjs <connection file>`; all paths absolute. */
export function kernelSpec(options: {
  readonly node: string;
  readonly main: string;
  readonly displayName: string;
  readonly version: string;
  readonly env?: Readonly<Record<string, string>>;
}): KernelSpec {
  return {
    argv: [options.node, options.main, "{connection_file}"],
    display_name: options.displayName,
    language: "typescript",
    interrupt_mode: "message",
    kernel_protocol_version: "5.6",
    ...(options.env && { env: options.env }),
    metadata: {
      debugger: true,
      supported_encryption: ["curve"],
      lightnix: { version: options.version },
    },
  };
}

/**
 * The name as Jupyter knows it, in lower case.
 *
 * @throws {AppError} `invalid-kernel-name` when Jupyter would not accept it (`jupyter_client.kernelspec`, `_kernel_name_pat`).
 */
export function checkKernelName(name: string): string {
  if (!/^[a-z0-9._-]+$/i.test(name) || /^\.+$/.test(name)) {
    throw new AppError(
      "invalid-kernel-name",
      `Cannot use the kernel name "${name}": a name consists of ASCII letters, digits, "-", "." and "_"`,
      { name },
    );
  }
  return name.toLowerCase();
}

/**
 * The folder that holds the kernels of a place, as `jupyter_core.paths` finds it.
 *
 * @throws {AppError} `no-environment` when `sys-prefix` is asked for outside an environment.
 */
export function kernelsFolder(place: Place, surroundings: Surroundings): string {
  const paths = surroundings.platform === "win32" ? win32 : posix;
  if (place.kind === "user") return paths.join(userDataFolder(surroundings), "kernels");
  const prefix = place.kind === "prefix" ? paths.resolve(place.folder) : environmentFolder(surroundings);
  return paths.join(prefix, "share", "jupyter", "kernels");
}

function userDataFolder({ platform, home, env }: Surroundings): string {
  if (env["JUPYTER_DATA_DIR"]) return env["JUPYTER_DATA_DIR"];
  if (platform === "darwin") return posix.join(home, "Library", "Jupyter");
  if (platform === "win32") {
    return env["APPDATA"] ? win32.join(env["APPDATA"], "jupyter") : win32.join(home, ".jupyter", "data");
  }
  return posix.join(env["XDG_DATA_HOME"] || posix.join(home, ".local", "share"), "jupyter");
}

function environmentFolder({ env }: Surroundings): string {
  const folder = env["VIRTUAL_ENV"] || env["CONDA_PREFIX"];
  if (!folder) {
    throw new AppError(
      "no-environment",
      "Cannot install into the active environment: neither VIRTUAL_ENV nor CONDA_PREFIX is set. " +
        "Activate an environment, or name a folder with --prefix",
    );
  }
  return folder;
}
