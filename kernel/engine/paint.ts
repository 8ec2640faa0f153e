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
  // Faint, not bright black: on the dark ground that JupyterLab gives an error nobody could read that.
  return { error: colour(31, 39), place: colour(36, 39), faint: colour(2, 22), mark: colour(31, 39) };
}
