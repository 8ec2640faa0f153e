const bytes: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const minute = 60_000;
const ages: Readonly<Record<string, number>> = {
  m: minute,
  h: 60 * minute,
  d: 24 * 60 * minute,
  w: 7 * 24 * 60 * minute,
};

/** An amount with a unit, as it is typed. */
export interface Amount {
  /** What it must be, for messages. */
  readonly wanted: string;
  /** The amount that a text says; nothing when it says none. */
  readonly read: (text: string) => number | undefined;
}

/** Bytes: `500MB`, `10GB`, in powers of 1000. */
export const size: Amount = { wanted: "a size, such as 500MB or 10GB", read: (text) => inUnits(text, bytes) };

/** Milliseconds: `12h`, `30d`, `8w`. */
export const age: Amount = { wanted: "an age, such as 12h, 30d or 8w", read: (text) => inUnits(text, ages) };

function inUnits(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, count = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/u.exec(text) ?? [];
  const factor = Object.entries(units).find(([name]) => name.toLowerCase() === unit.toLowerCase())?.[1];
  return count === "" || factor === undefined ? undefined : Number(count) * factor;
}
