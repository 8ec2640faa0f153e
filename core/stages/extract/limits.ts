import { LightnixError } from "../../errors.ts";

/** How much an archive may come to. Not part of any identity. */
export interface UnpackLimits {
  /** The size of everything in it together, in bytes: 4 GiB or 200 times the archive's size, whichever is more, unless given. */
  readonly maxBytes?: number | undefined;
  /** How many files, folders and links there may be: a million unless given. */
  readonly maxEntries?: number | undefined;
}

const LEAST_BYTES = 4 * 1024 ** 3;
const RATIO = 200;
const MAX_ENTRIES = 1_000_000;

/** Counts what comes out of an archive. */
export class Tally {
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  sizeBytes = 0;
  entries = 0;

  constructor({ maxBytes, maxEntries }: UnpackLimits, archiveBytes: number) {
    this.#maxBytes = maxBytes ?? Math.max(LEAST_BYTES, RATIO * archiveBytes);
    this.#maxEntries = maxEntries ?? MAX_ENTRIES;
  }

  /** @throws {LightnixError} `archive-too-large` */
  addEntry(): void {
    if (++this.entries > this.#maxEntries) throw tooLarge(`${this.#maxEntries} entries`, "maxEntries");
  }

  /** @throws {LightnixError} `archive-too-large` */
  addBytes(count: number): void {
    this.checkRoom(count);
    this.sizeBytes += count;
  }

  /**
   * Says so before they are written that so many bytes are too many.
   *
   * @throws {LightnixError} `archive-too-large`
   */
  checkRoom(count: number): void {
    if (this.sizeBytes + count > this.#maxBytes) throw tooLarge(`${this.#maxBytes} bytes`, "maxBytes");
  }
}

function tooLarge(limit: string, option: string): LightnixError {
  return new LightnixError(
    "archive-too-large",
    `Cannot unpack the archive: there are more than ${limit} in it, as in an archive made to fill a disk. If that is right, ` +
      `raise the limit with { limits: { ${option}: ... } }`,
    { data: { option } },
  );
}
