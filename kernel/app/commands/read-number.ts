import { AppError } from "../errors.ts";

/**
 * The number that an option was given; undefined without the option.
 *
 * @throws {AppError} `bad-usage` when it is no whole number from 1 on
 */
export function readCount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new AppError("bad-usage", `Cannot use --${option} "${text}": it must be a whole number from 1 on`);
}
