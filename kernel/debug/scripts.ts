import { fileURLToPath } from "node:url";
import type { Debugger } from "node:inspector";
import type { Source } from "./protocol.ts";
import type { Sources } from "./sources.ts";
import type { Target } from "./target.ts";

/** A script, and what it is to the user. */
export interface Script {
  readonly id: string;
  /** What the engine knows it by; the path of a file that Node has loaded. */
  readonly url: string;
  /** Where clients find it. */
  readonly path: string;
  readonly name: string;
  readonly isCell: boolean;
  /** Whether it is rewritten: its positions are not those of the source. */
  readonly isRewritten: boolean;
  /** How many scripts its source is made of. */
  readonly parts: number;
  readonly imports: readonly string[];
  /** The line, from 0, behind the typed ones. */
  readonly endLine: number;
  readonly startColumn: number;
}

/** The scripts of the program. */
export class Scripts {
  /** Whether the files of packages are left alone. */
  justMyCode = true;
  readonly #target: Target;
  readonly #sources: Sources;
  readonly #ownRoot: string;
  readonly #parsed = new Map<string, Debugger.ScriptParsedEventDataType>();
  readonly #known = new Map<string, Promise<Script | undefined>>();

  constructor(parts: { target: Target; sources: Sources; ownRoot: string }) {
    this.#target = parts.target;
    this.#sources = parts.sources;
    this.#ownRoot = parts.ownRoot;
  }

  /** V8 has made a script. */
  add(script: Debugger.ScriptParsedEventDataType): void {
    if (isUsers(script.url, this.#ownRoot)) this.#parsed.set(script.scriptId, script);
  }

  /** The script with that id, unless it is Node's or the kernel's own. */
  async find(id: string): Promise<Script | undefined> {
    let known = this.#known.get(id);
    if (known === undefined) {
      const parsed = this.#parsed.get(id);
      if (parsed === undefined) return undefined;
      known = this.#read(parsed);
      this.#known.set(id, known);
    }
    return await known;
  }

  /** The scripts of a source, the latest last. */
  async at(path: string): Promise<Script[]> {
    const found = await Promise.all([...this.#parsed.keys()].map(async (id) => await this.find(id)));
    return found.filter((one) => one?.path === path) as Script[];
  }

  /** Forgets all of them: V8 tells them again to the next who asks. */
  clear(): void {
    this.#parsed.clear();
    this.#known.clear();
  }

  async #read(parsed: Debugger.ScriptParsedEventDataType): Promise<Script | undefined> {
    const { scriptId: id, endLine, startColumn } = parsed;
    const url = parsed.url.startsWith("file:") ? fileURLToPath(parsed.url) : parsed.url;
    const facts = await this.#target.ask("facts", url);
    if (facts === null) {
      if (!parsed.url.startsWith("file:") || (this.justMyCode && isOfPackage(url))) return undefined;
      const plain = { isCell: false, isRewritten: false, parts: 1, imports: [], endLine: Infinity };
      return { ...plain, id, url, path: url, name: url, startColumn: 0 };
    }
    const { name, isCell, source, scripts, imports } = facts;
    return {
      id,
      url,
      path: isCell ? this.#sources.keep(source) : url,
      name,
      isCell,
      isRewritten: true,
      parts: scripts,
      imports: imports.filter((one) => !one.includes(" ")),
      // Behind what was typed, a cell's script ends by giving no value.
      endLine: isCell && parsed.hasSourceURL === true ? endLine - 1 : Infinity,
      startColumn,
    };
  }
}

/** A script as clients are told of it. */
export function sourceOf({ name, path, isCell }: Script): Source {
  return { name: isCell ? `Cell ${name}` : (path.split(/[\\/]/u).at(-1) ?? path), path };
}

function isOfPackage(path: string): boolean {
  return /[\\/]node_modules[\\/]/u.test(path);
}

function isUsers(url: string, ownRoot: string): boolean {
  return (
    url !== "" && !url.startsWith("node:") && !url.startsWith("evalmachine.") && !url.startsWith(ownRoot)
  );
}
