/** A stretch of a cell that the language service looks at elsewhere: in the epilogue. */
interface Mirrored {
  /** Where it begins in the text. */
  readonly start: number;
  /** Where it ends in the text. */
  readonly end: number;
  /** Where the same characters begin in the epilogue. */
  readonly at: number;
}

/** A name that later cells see under another name than the declaration that it stands for. */
interface Bound {
  /** The name in later cells. */
  readonly name: string;
  /** The name of the declaration at the top level of the text or of the epilogue. */
  readonly local: string;
}

/** What the language service is to see of a cell. */
export interface CellView {
  /** What people call the cell, such as `[3]`; hints of later cells name it. */
  readonly title?: string;
  /** TypeScript with the geometry of what the user typed. */
  readonly text: string;
  /** TypeScript that is read as if it stood behind the text. What is wrong in it is not reported. */
  readonly epilogue?: string;
  /** `cell` (the default): later cells see the declarations of the text. `module`: they see only `binds`. */
  readonly scope?: "cell" | "module";
  /** Names that later cells see besides. */
  readonly binds?: readonly Bound[];
  /** Stretches of the text that are checked and completed in the epilogue. */
  readonly mirrors?: readonly Mirrored[];
}

/** Where in the whole text the language service is to be asked about an offset of what the user typed. */
export function toWhole(view: CellView, offset: number): number {
  const mirror = view.mirrors?.find(({ start, end }) => start <= offset && offset <= end);
  return mirror === undefined ? offset : view.text.length + mirror.at + offset - mirror.start;
}

/** Where in what the user typed an offset of the whole text lies; nothing for what nobody typed. */
export function toTyped(view: CellView, offset: number): number | undefined {
  if (offset <= view.text.length) return offset;
  const at = offset - view.text.length;
  const mirror = view.mirrors?.find((one) => one.at <= at && at <= one.at + one.end - one.start);
  return mirror === undefined ? undefined : mirror.start + at - mirror.at;
}
