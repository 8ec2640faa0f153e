/** Colours for text that a terminal or a notebook shows. */
export interface Paint {
  readonly error: (text: string) => string;
  readonly place: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly mark: (text: string) => string;
}

/** ANSI colours, or none. */
export function createPaint(hasColours: boolean): Paint {
  const colour = (open: number, close: number) => (text: string) =>
    hasColours ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return { error: colour(31, 39), place: colour(36, 39), faint: colour(90, 39), mark: colour(31, 39) };
}
