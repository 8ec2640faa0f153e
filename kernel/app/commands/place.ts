import type { OptionValues } from "../command.ts";
import { AppError } from "../errors.ts";
import type { Place } from "../kernelspec.ts";

/** The options that say where a kernel is installed. */
export const placeOptions = {
  user: { type: "boolean", help: "in your own Jupyter folder (the default)" },
  "sys-prefix": { type: "boolean", help: "in the active environment of Python or Conda" },
  prefix: { type: "string", value: "DIR", help: "below DIR, in share/jupyter/kernels" },
} as const;

/**
 * The place that the options name.
 *
 * @throws {AppError} `bad-usage` when they name more than one
 */
export function placeOf(options: OptionValues<typeof placeOptions>): Place {
  const places: Place[] = [];
  if (options.user) places.push({ kind: "user" });
  if (options["sys-prefix"]) places.push({ kind: "sys-prefix" });
  if (options.prefix !== undefined) places.push({ kind: "prefix", folder: options.prefix });
  if (places.length > 1) throw new AppError("bad-usage", "Choose one of --user, --sys-prefix and --prefix");
  return places[0] ?? { kind: "user" };
}
