import type { Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { startHash, type Checksum } from "./checksum.ts";

/** A file on its way: what has come of it, and what that hashes to. */
export class Partial {
  readonly #file: FileHandle;
  readonly #checksum: Checksum | undefined;
  #hash: Hash;
  #received = 0;
  /** What the server calls the version of the content that has come: an entity tag, or else a date. */
  validator: string | undefined;
  /** Whether it was put together from several answers. */
  pieced = false;

  private constructor(file: FileHandle, checksum: Checksum | undefined) {
    this.#file = file;
    this.#checksum = checksum;
    this.#hash = startHash(checksum);
  }

  /** Begins a file, which must not be there. Whoever begins it closes it. */
  static async create(path: string, checksum: Checksum | undefined): Promise<Partial> {
    return new Partial(await open(path, "wx"), checksum);
  }

  /** Goes on with a file of which the beginning is there. */
  static async resume(path: string, checksum: Checksum | undefined): Promise<Partial> {
    const partial = new Partial(await open(path, "r+"), checksum);
    for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
      partial.#hash.update(chunk);
      partial.#received += chunk.length;
    }
    partial.pieced = true;
    return partial;
  }

  /** How many bytes have come. */
  get received(): number {
    return this.#received;
  }

  /** The hash of what has come, in hex digits. */
  digest(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Whether what has come is what was asked for; false when nobody knows. */
  isComplete(): boolean {
    return this.#checksum !== undefined && this.digest() === this.#checksum.hex;
  }

  /** Adds what comes next. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    for (let at = 0; at < chunk.length;) {
      const { bytesWritten } = await this.#file.write(chunk, at, chunk.length - at, this.#received);
      at += bytesWritten;
      this.#received += bytesWritten;
    }
  }

  /** Begins anew. */
  async restart(): Promise<void> {
    await this.#file.truncate(0);
    this.#hash = startHash(this.#checksum);
    this.#received = 0;
    this.validator = undefined;
    this.pieced = false;
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}
