/**
 * The name out of `names` that `wanted` was most likely meant to be, or undefined when none is near enough.
 *
 * Near is: at most one edit (insert, drop, replace, swap of neighbours) for every three characters, case aside; or else a name
 * of which `wanted` is the beginning.
 */
export function nearest(wanted: string, names: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best ?? abbreviated(wanted, names);
}

function abbreviated(wanted: string, names: Iterable<string>): string | undefined {
  const longer = [...names].filter((name) => name.toLowerCase().startsWith(wanted.toLowerCase()));
  return wanted.length < 2 ? undefined : longer.sort((a, b) => a.length - b.length)[0];
}

/** A question to end an error message with: ` Did you mean "url"?`, or nothing. */
export function didYouMean(wanted: string, names: Iterable<string>): string {
  const name = nearest(wanted, names);
  return name === undefined ? "" : ` Did you mean "${name}"?`;
}

/** How many edits lead from one text to the other (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let edits = Math.min(replaced, at(last, column) + 1, at(current, column - 1) + 1);
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) edits = Math.min(edits, at(beforeLast, column - 2) + 1);
      current.push(edits);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
