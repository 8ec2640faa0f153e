/** Something that a realizer displayed, in its last state. */
export interface KeptDisplay {
  /** How many characters of the log stand before it. */
  readonly at: number;
  /** By MIME type. */
  readonly bundle: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** All that a realizer displayed. */
export interface Displayed {
  /** Where in the log begins what counts as shown: behind what the realizer itself took back. */
  readonly from: number;
  readonly displays: readonly KeptDisplay[];
}

/** Of a realizer that displayed nothing. */
export const nothingDisplayed: Displayed = { from: 0, displays: [] };

/** Reads what is kept of displays; undefined when the text is something else. */
export function parseDisplays(text: string): Displayed | undefined {
  try {
    const { from, displays } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    if (!isCount(from) || !Array.isArray(displays)) return undefined;
    const all = displays as readonly Partial<Record<keyof KeptDisplay, unknown>>[];
    const isGood = all.every(
      ({ at, bundle, metadata }) =>
        isCount(at) && isRecord(bundle) && (metadata === undefined || isRecord(metadata)),
    );
    return isGood ? { from, displays: all as readonly KeptDisplay[] } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
