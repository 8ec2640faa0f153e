import { age, size, type Amount } from "../../../magics/amounts.ts";
import { AppError } from "../errors.ts";

/**
 * The bytes that an option was given, as `10GB`; undefined without the option.
 *
 * @throws {AppError} `bad-usage` when it is no size
 */
export function readBytes(option: string, text: string | undefined): number | undefined {
  return readAmount(option, text, size);
}

/**
 * The milliseconds that an option was given, as `30d`; undefined without the option.
 *
 * @throws {AppError} `bad-usage` when it is no age
 */
export function readAge(option: string, text: string | undefined): number | undefined {
  return readAmount(option, text, age);
}

function readAmount(option: string, text: string | undefined, { read, wanted }: Amount): number | undefined {
  if (text === undefined) return undefined;
  const amount = read(text);
  if (amount !== undefined) return amount;
  throw new AppError("bad-usage", `Cannot use --${option} "${text}": it must be ${wanted}`);
}
