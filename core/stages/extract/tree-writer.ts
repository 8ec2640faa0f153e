import { constants } from "node:fs";
import { copyFile, mkdir, open, stat, symlink } from "node:fs/promises";
import { isArtifactName } from "../../store/layout.ts";
import { leadsOut } from "../../store/links.ts";
import { removeTree } from "../../store/remove-tree.ts";
import type { Bytes } from "./decode.ts";
import { entrySegments, unsafe, type ArchiveEntry } from "./entry.ts";
import type { Tally } from "./limits.ts";

/** What `TreeWriter` writes to. */
export interface TreeWriterOptions {
  /** An empty folder. */
  readonly out: string;
  /** Whether that is a realization itself, where some names are the store's. */
  readonly isTop: boolean;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

// What macOS puts beside files into the zips that it makes; nobody else can use it.
const IGNORED_TOP = "__MACOSX";

/**
 * Writes the entries of an archive below a folder, and nothing outside of it, whatever they say: paths are checked, nothing is
 * written twice or through a link, and links are made last, when all of them are known. Times, owners and permissions other
 * than the executable bit are not taken over.
 */
export class TreeWriter {
  readonly #out: string;
  readonly #isTop: boolean;
  readonly #tally: Tally;
  readonly #signal: AbortSignal;
  readonly #kinds: Map<string, "file" | "folder" | "link"> = new Map();
  readonly #links: Map<string, string> = new Map();

  constructor({ out, isTop, tally, signal }: TreeWriterOptions) {
    this.#out = out;
    this.#isTop = isTop;
    this.#tally = tally;
    this.#signal = signal;
  }

  /** Writes one entry. @throws {LightnixError} `unsafe-archive`, `archive-too-large` */
  async add(entry: ArchiveEntry): Promise<void> {
    this.#signal.throwIfAborted();
    this.#tally.addEntry();
    const segments = entrySegments(entry.path);
    if (segments[0] === IGNORED_TOP) return;
    if (segments.length === 0) {
      if (entry.kind === "folder") return;
      throw unsafe(entry.path, "it has no name");
    }
    if (this.#isTop) checkTopName(entry.path, segments[0] ?? "");
    await this.#makeFolders(entry.path, segments.slice(0, -1));
    await this.#write(entry, segments.join("/"));
  }

  /** Makes the links. @throws {LightnixError} `unsafe-archive` for one that leads out */
  async finish(): Promise<void> {
    for (const [path, target] of this.#links) {
      if (!leadsOut(path, this.#links)) continue;
      throw unsafe(path, `it is a link to ${JSON.stringify(target)}, which leads out of the archive`);
    }
    for (const [path, target] of this.#links) await symlink(target, `${this.#out}/${path}`);
  }

  /** Takes away everything that was written. */
  async undo(): Promise<void> {
    const tops = new Set([...this.#kinds.keys()].map((path) => path.split("/", 1)[0]));
    for (const top of tops) await removeTree(`${this.#out}/${top}`);
  }

  async #makeFolders(entryPath: string, segments: readonly string[]): Promise<void> {
    let path = "";
    for (const segment of segments) {
      path = path === "" ? segment : `${path}/${segment}`;
      const kind = this.#kinds.get(path);
      if (kind === "folder") continue;
      if (kind !== undefined) throw unsafe(entryPath, `its path goes through the ${kind} "${path}"`);
      this.#kinds.set(path, "folder");
      await mkdir(`${this.#out}/${path}`);
    }
  }

  async #write(entry: ArchiveEntry, path: string): Promise<void> {
    const kind = this.#kinds.get(path);
    if (kind === "folder" && entry.kind === "folder") return;
    if (kind !== undefined) throw unsafe(entry.path, "there are two things of this name in the archive");
    switch (entry.kind) {
      case "folder":
        return await this.#makeFolders(entry.path, path.split("/"));
      case "file":
        return await this.#writeFile(path, entry.executable, entry.content);
      case "link":
        return this.#addLink(path, entry.target);
      case "same":
        return await this.#copyEarlier(path, entry);
    }
  }

  async #writeFile(path: string, executable: boolean, content: Bytes): Promise<void> {
    this.#kinds.set(path, "file");
    const file = await open(`${this.#out}/${path}`, "wx", executable ? 0o755 : 0o644);
    try {
      for await (const chunk of content) {
        this.#signal.throwIfAborted();
        this.#tally.addBytes(chunk.length);
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
  }

  #addLink(path: string, target: string): void {
    if (target === "" || target.includes("\0")) throw unsafe(path, "it is a link to nothing");
    this.#kinds.set(path, "link");
    this.#links.set(path, target);
  }

  /** A hard link becomes a copy: in the store, no file may have a second name by which it could be changed. */
  async #copyEarlier(
    path: string,
    { path: entryPath, target }: { path: string; target: string },
  ): Promise<void> {
    const earlier = entrySegments(target).join("/");
    const kind = this.#kinds.get(earlier);
    if (kind === "link") return this.#addLink(path, this.#links.get(earlier) ?? "");
    if (kind !== "file")
      throw unsafe(entryPath, `it is a hard link to "${target}", which is no earlier file of the archive`);
    this.#kinds.set(path, "file");
    const from = `${this.#out}/${earlier}`;
    this.#tally.addBytes((await stat(from)).size);
    await copyFile(from, `${this.#out}/${path}`, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}

function checkTopName(path: string, top: string): void {
  if (isArtifactName(top)) return;
  throw unsafe(
    path,
    `names such as "${top}" are the store's own at the top; unpack into a folder, as in { into: "src" }`,
  );
}
