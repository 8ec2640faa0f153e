/** Stretches of two lists that differ: `[start, end)` of the one was replaced by `[start, end)` of the other. */
export interface Replacement {
  readonly before: readonly [start: number, end: number];
  readonly after: readonly [start: number, end: number];
}

// Beyond so many edits nobody looks at single ones any more, and the search takes its square.
const MOST_EDITS = 1_000;

/**
 * How the one list becomes the other with the fewest insertions and deletions, in order.
 *
 * Source: E. W. Myers, An O(ND) Difference Algorithm and Its Variations, Algorithmica 1 (1986), the greedy algorithm.
 */
export function shortestEdit(before: readonly string[], after: readonly string[]): Replacement[] {
  const start = commonStart(before, after);
  const end = commonEnd(before, after, start);
  const [a, b] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  if (a.length === 0 && b.length === 0) return [];
  return (matches(a, b) ?? []).concat([[a.length, b.length]]).flatMap(replacementBefore(start));
}

function commonStart(before: readonly string[], after: readonly string[]): number {
  let count = 0;
  while (count < before.length && count < after.length && before[count] === after[count]) count++;
  return count;
}

function commonEnd(before: readonly string[], after: readonly string[], start: number): number {
  let count = 0;
  const most = Math.min(before.length, after.length) - start;
  while (count < most && before[before.length - 1 - count] === after[after.length - 1 - count]) count++;
  return count;
}

type Match = readonly [before: number, after: number];

/** What lies between one match and the next was replaced. */
function replacementBefore(offset: number): (match: Match) => Replacement[] {
  let [x, y] = [0, 0];
  return ([before, after]) => {
    const isEmpty = before === x && after === y;
    const one: Replacement = { before: [x + offset, before + offset], after: [y + offset, after + offset] };
    [x, y] = [before + 1, after + 1];
    return isEmpty ? [] : [one];
  };
}

/** The pairs that stay, in order; undefined when there are too few of them to be looked for. */
function matches(a: readonly string[], b: readonly string[]): Match[] | undefined {
  const trace: Int32Array[] = [];
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const middle = most + 1;
  const furthest = new Int32Array(2 * most + 3);
  const at = (diagonal: number): number => furthest[middle + diagonal] ?? 0;
  for (let edits = 0; edits <= most; edits++) {
    trace.push(furthest.slice(middle - edits - 1, middle + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const isDown = diagonal === -edits || (diagonal !== edits && at(diagonal - 1) < at(diagonal + 1));
      let x = isDown ? at(diagonal + 1) : at(diagonal - 1) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      furthest[middle + diagonal] = x;
      if (x >= a.length && x - diagonal >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return undefined;
}

/** Goes the way back from the end: `trace[edits]` has the diagonals from `-edits - 1` on, as they were before that many edits. */
function walkBack(trace: readonly Int32Array[], endX: number, endY: number): Match[] {
  const found: Match[] = [];
  let [x, y] = [endX, endY];
  const backTo = (start: number): void => {
    while (x > start) found.push([--x, --y]);
  };
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const before = (diagonal: number): number => trace[edits]?.[diagonal + edits + 1] ?? 0;
    const diagonal = x - y;
    const isDown = diagonal === -edits || (diagonal !== edits && before(diagonal - 1) < before(diagonal + 1));
    const from = isDown ? diagonal + 1 : diagonal - 1;
    backTo(isDown ? before(from) : before(from) + 1);
    [x, y] = [before(from), before(from) - from];
  }
  backTo(0);
  return found.toReversed();
}
