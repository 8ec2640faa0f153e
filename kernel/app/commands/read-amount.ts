import { AppError } from "../errors.ts";

const bytes: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const minute = 60_000;
const ages: Readonly<Record<string, number>> = {
  m: minute,
  h: 60 * minute,
  d: 24 * 60 * minute,
  w: 7 * 24 * 60 * minute,
};

/**
 * The bytes that an option was given, as `10GB`; undefined without the option.
 *
 * @throws {AppError} `bad-usage` when it is no size
 */
export function readBytes(option: string, text: string | undefined): number | undefined {
  return readAmount(option, text, { units: bytes, wanted: "a size, such as 500MB or 10GB" });
}

/**
 * The milliseconds that an option was given, as `30d`; undefined without the option.
 *
 * @throws {AppError} `bad-usage` when it is no age
 */
export function readAge(option: string, text: string | undefined): number | undefined {
  return readAmount(option, text, { units: ages, wanted: "an age, such as 12h, 30d or 8w" });
}

interface Amount {
  readonly units: Readonly<Record<string, number>>;
  readonly wanted: string;
}

function readAmount(option: string, text: string | undefined, { units, wanted }: Amount): number | undefined {
  if (text === undefined) return undefined;
  const [, count = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/u.exec(text) ?? [];
  const factor = Object.entries(units).find(([name]) => name.toLowerCase() === unit.toLowerCase())?.[1];
  if (count === "" || factor === undefined)
    throw new AppError("bad-usage", `Cannot use --${option} "${text}": it must be ${wanted}`);
  return Number(count) * factor;
}
