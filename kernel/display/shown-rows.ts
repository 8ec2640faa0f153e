const allUpTo = 60;
const head = 15;
const tail = 5;

/** Which rows of a long table are shown: the first ones and the last ones, with a gap between. */
export interface ShownRows {
  readonly indices: readonly number[];
  /** What the rows are to be called, and behind how many of them the gap is; of a table that is shown whole neither. */
  readonly marks: { readonly labels?: readonly string[]; readonly gapAfter?: number };
}

/** Up to 60 rows are shown whole, of more the first 15 and the last 5. */
export function shownRows(total: number): ShownRows {
  if (total <= allUpTo) return { indices: Array.from({ length: total }, (_, index) => index), marks: {} };
  const indices = Array.from({ length: head + tail }, (_, row) =>
    row < head ? row : total - head - tail + row,
  );
  return { indices, marks: { labels: indices.map(String), gapAfter: head } };
}

/** How many rows are shown of a table of which only the beginning can be had. */
export function firstRows(total: number): number {
  return total <= allUpTo ? total : head + tail;
}
