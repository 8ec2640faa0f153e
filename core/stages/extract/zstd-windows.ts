import { LightnixError } from "../../errors.ts";

/** So many bytes are wanted: to be looked at, or to be passed over. */
interface Wanted {
  readonly count: number;
  readonly isLookedAt: boolean;
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const RLE_BLOCK = 1;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];

/**
 * Looks along while a Zstandard file is decompressed, so that no frame has the decoder make a larger window than it may: ten bytes
 * can ask for gigabytes. The format is that of RFC 8878, section 3.1. What is no such file is left to the decoder to refuse.
 */
export class ZstdWindows {
  readonly #steps: Generator<Wanted, void, Uint8Array>;
  #wanted: Wanted | undefined;
  #seen: number[] = [];
  #passed = 0;

  /** `mostBytes` is the largest window that is let through. */
  constructor(mostBytes: number) {
    this.#steps = frames(mostBytes);
    this.#wanted = this.#steps.next().value ?? undefined;
  }

  /**
   * Looks at the next piece of the file.
   *
   * @throws {LightnixError} `archive-too-large`
   */
  check(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && this.#wanted !== undefined;) {
      const { count, isLookedAt } = this.#wanted;
      const got = Math.min(piece.length - at, count - this.#passed);
      if (isLookedAt) this.#seen.push(...piece.subarray(at, at + got));
      this.#passed += got;
      at += got;
      if (this.#passed === count) this.#step();
    }
  }

  #step(): void {
    let next: Wanted | undefined;
    do {
      next = this.#steps.next(Uint8Array.from(this.#seen)).value ?? undefined;
      this.#seen = [];
      this.#passed = 0;
    } while (next?.count === 0);
    this.#wanted = next;
  }
}

function* frames(mostBytes: number): Generator<Wanted, void, Uint8Array> {
  for (;;) {
    const magic = number(yield look(4));
    // oxlint-disable-next-line no-bitwise -- the last four bits are free
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) yield skip(number(yield look(4)));
    else if (magic === MAGIC) yield* frame(mostBytes);
    else return;
  }
}

function* frame(mostBytes: number): Generator<Wanted, void, Uint8Array> {
  const descriptor = number(yield look(1));
  const sizeFlag = descriptor >> 6;
  const isSingle = (descriptor & 32) !== 0;
  const windowBytes = isSingle ? 0 : windowOf(number(yield look(1)));
  yield skip(DICTIONARY_ID_BYTES[descriptor & 3] ?? 0);
  const sizeBytes = sizeFlag === 0 ? Number(isSingle) : 1 << sizeFlag;
  const content = number(yield look(sizeBytes)) + (sizeFlag === 1 ? 256 : 0);
  const needed = isSingle ? content : windowBytes;
  if (needed > mostBytes) throw tooLarge(needed, mostBytes);
  let isLast = false;
  while (!isLast) {
    const block = number(yield look(3));
    isLast = (block & 1) !== 0;
    yield skip(((block >> 1) & 3) === RLE_BLOCK ? 1 : block >> 3);
  }
  yield skip((descriptor & 4) === 0 ? 0 : 4);
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function look(count: number): Wanted {
  return { count, isLookedAt: true };
}

function skip(count: number): Wanted {
  return { count, isLookedAt: false };
}

/** A number whose lowest byte comes first. */
function number(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}

function tooLarge(needed: number, most: number): LightnixError {
  return new LightnixError(
    "archive-too-large",
    `Cannot decompress the zst file: it asks for ${needed} bytes of memory, and ${most} are the most that it may have`,
    { data: { needed, most } },
  );
}
