import { packageOf } from "../../core/typescript/package-of.ts";

/** Remembers in which versions packages were loaded: Node loads each file once, whatever is installed later. */
export class LoadedVersions {
  readonly #versions = new Map<string, string>();
  readonly #told = new Set<string>();

  /** What is to be said of a package's file that is imported: once, when another version of it is installed than was loaded. */
  noteOn(path: string): string | undefined {
    const { name, version } = packageOf(path) ?? {};
    if (name === undefined || version === undefined) return undefined;
    const loaded = this.#versions.get(path) ?? version;
    this.#versions.set(path, loaded);
    if (loaded === version || this.#told.has(`${path}@${version}`)) return undefined;
    this.#told.add(`${path}@${version}`);
    return `${name} ${version} is installed now, and this session goes on with ${loaded}, which it has loaded: restart the kernel to use the other one here. Closed stages run with it already`;
  }
}
