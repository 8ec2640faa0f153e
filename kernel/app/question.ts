/** A cell that asks what something is, as in IPython. */
export interface Question {
  /** What it asks about. */
  readonly code: string;
  /** 1: all that there is to say. */
  readonly detail: 0 | 1;
}

const path = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*`;
const before = new RegExp(String.raw`^\s*(\?{1,2})\s*(${path})\s*$`, "u");
const after = new RegExp(String.raw`^\s*(${path})\s*(\?{1,2})\s*$`, "u");

/** The question of a cell that is a name or a path of names with `?` or `??` beside it, which as TypeScript could not run. */
export function questionOf(cell: string): Question | undefined {
  const [, code, marks] = after.exec(cell) ?? [];
  if (code !== undefined) return { code, detail: marks === "??" ? 1 : 0 };
  const [, first, name] = before.exec(cell) ?? [];
  return name === undefined ? undefined : { code: name, detail: first === "??" ? 1 : 0 };
}
