import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { findUserConfig } from "../tsconfig/find.ts";
import type { CompilerOptions, UserConfig } from "../tsconfig/find.ts";
import { list } from "../tsconfig/jsonc.ts";
import { typeFolders } from "./tsconfig.ts";

/** The tsconfig.json that is nearest to a notebook, as it is now: it is edited, made and removed while the kernel runs. */
export class UserConfigFile {
  readonly #folder: string;
  #current: UserConfig | undefined;
  #stamp: string;
  #told: ReadonlySet<string> = new Set();

  constructor(folder: string) {
    this.#folder = folder;
    this.#current = findUserConfig(folder);
    this.#stamp = this.#look();
  }

  /** What was read last; nothing when there is no tsconfig.json. */
  get current(): UserConfig | undefined {
    return this.#current;
  }

  /** The options that were read last. */
  get options(): CompilerOptions {
    return this.#current?.options ?? {};
  }

  /** What is wrong with it, each told once until it changes. */
  takeProblems(): string[] {
    const problems = [...(this.#current?.problems ?? []), ...this.#missingTypes()];
    const news = problems.filter((problem) => !this.#told.has(problem));
    this.#told = new Set(problems);
    return news;
  }

  #missingTypes(): string[] {
    const { types, typeRoots } = this.options;
    const roots = [...list(typeRoots), ...typeFolders(this.#folder), ...packageFolders(this.#folder)];
    return list(types)
      .filter(
        (name) =>
          !/[*./\\]/.test(name) && name !== "node" && !roots.some((root) => existsSync(join(root, name))),
      )
      .map((name) => `Cannot find the types "${name}", which "${this.#current?.path}" asks for.`);
  }

  /** Whether there is something new since the last call: in it, in what it extends, or among the packages of types. */
  hasChanged(): boolean {
    if (this.#look() === this.#stamp) return false;
    this.#current = findUserConfig(this.#folder);
    this.#stamp = this.#look();
    return true;
  }

  // Some ten questions to the file system, a tenth of a millisecond.
  #look(): string {
    const nearest: string[] = [];
    for (let at = this.#folder; ; at = dirname(at)) {
      const path = join(at, "tsconfig.json");
      nearest.push(path);
      if (path === this.#current?.path || at === dirname(at)) break;
    }
    const paths = [...nearest, ...(this.#current?.files ?? []), ...typeFolders(this.#folder)];
    return paths.map((path) => `${path} ${stampOf(path)}`).join("\n");
  }
}

function stampOf(path: string): string {
  // Of what is below a file, Node 20 throws, and later ones do not.
  const stats = existsSync(path) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  return stats === undefined ? "" : `${stats.size} ${stats.mtimeMs}`;
}

function packageFolders(folder: string): string[] {
  const above = join(folder, "node_modules");
  return folder === dirname(folder) ? [above] : [above, ...packageFolders(dirname(folder))];
}
