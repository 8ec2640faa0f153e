/** A text that nobody typed. */
export interface Insertion {
  /** The offset of the typed text that it stands in front of. */
  readonly at: number;
  readonly text: string;
}

/** Puts insertions, which are in the order of their places, into a text. */
export function withInsertions(text: string, insertions: readonly Insertion[]): string {
  let whole = "";
  let from = 0;
  for (const { at, text: added } of insertions) {
    whole += text.slice(from, at) + added;
    from = at;
  }
  return whole + text.slice(from);
}
