/** A source of numbers that gives the same ones for the same seed: what a fuzzer found is found again. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number below `bound`. */
  below(bound: number): number {
    // Mulberry32: enough for fuzzing, and a few nanoseconds a number.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  /** One of the items. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("There is nothing to pick from");
    return item;
  }
}

/** A text after one to four small changes: something cut, doubled, moved, or put in out of `tokens`. */
export function mutateText(text: string, tokens: readonly string[], dice: Dice): string {
  let result = text;
  for (let times = 1 + dice.below(4); times > 0; times -= 1) {
    const [a, b] = [dice.below(result.length + 1), dice.below(result.length + 1)];
    const [start, end] = [Math.min(a, b), Math.min(Math.max(a, b), Math.min(a, b) + 12)];
    const piece = result.slice(start, end);
    const other = dice.below(result.length + 1);
    switch (dice.below(6)) {
      case 0:
        result = result.slice(0, start) + result.slice(end);
        break;
      case 1:
        result = result.slice(0, end) + piece + result.slice(end);
        break;
      case 2:
        result = result.slice(0, other) + piece + result.slice(other);
        break;
      case 3:
        result = result.slice(0, start);
        break;
      default:
        result = result.slice(0, start) + dice.pick(tokens) + result.slice(dice.below(2) === 0 ? start : end);
    }
  }
  return result;
}

/** Bytes after one small change: a bit turned, a piece cut, doubled, or put in out of `pieces`. */
export function mutateBytes(bytes: Uint8Array, pieces: readonly Uint8Array[], dice: Dice): Buffer {
  const copy = Buffer.from(bytes);
  const at = dice.below(copy.length + 1);
  switch (dice.below(5)) {
    case 0:
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8));
      return copy;
    case 1:
      return copy.subarray(0, at);
    case 2:
      return Buffer.concat([copy.subarray(0, at), copy]);
    case 3:
      return Buffer.concat([copy.subarray(0, at), dice.pick(pieces), copy.subarray(at)]);
    default:
      return Buffer.concat([
        copy.subarray(0, at),
        dice.pick(pieces),
        copy.subarray(at + dice.below(copy.length - at + 1)),
      ]);
  }
}
