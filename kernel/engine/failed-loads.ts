import { isSameStamp, stampOf } from "./module-file.ts";
import type { Stamp } from "./module-file.ts";
import type { Resolver } from "./resolve.ts";

/** An import that led to no file. */
interface MissingImport {
  readonly specifier: string;
  readonly from: string;
}

/** What local modules could not be loaded for: files as they were then, and imports that led nowhere. */
export class FailedLoads {
  readonly #resolver: Resolver;
  readonly #files = new Map<string, Stamp | undefined>();
  #missing: MissingImport[] = [];

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  /** A file could not be loaded as it is; no stamp where there is none. */
  add(path: string, stamp: Stamp | undefined): void {
    this.#files.set(path, stamp);
  }

  /** An import led to no file. */
  addMissing(missing: MissingImport): void {
    this.#missing.push(missing);
  }

  /** Whether a file has changed since, or one that was missing is there. If so, all of it is forgotten. */
  haveChanged(): boolean {
    const haveChanged =
      [...this.#files].some(([path, stamp]) => !isSameStamp(stampOf(path), stamp)) ||
      this.#missing.some((one) => this.#isFound(one));
    if (!haveChanged) return false;
    this.#files.clear();
    this.#missing = [];
    return true;
  }

  #isFound({ specifier, from }: MissingImport): boolean {
    try {
      this.#resolver.resolve(specifier, from);
      return true;
    } catch {
      return false;
    }
  }
}
