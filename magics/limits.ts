import type { BuildLimits } from "../core/index.ts";
import { MagicError } from "./errors.ts";

const units: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** What the flags of a stage cell say of limits. */
interface LimitFlags {
  readonly time: number | undefined;
  readonly memory: string | undefined;
  readonly restricted: boolean;
}

/**
 * The limits that `--time 60` (seconds), `--memory 2GB` and `--restricted` say.
 *
 * @throws MagicError `wrong-argument` for a size that is none
 */
export function limitsOf({ time, memory, restricted }: LimitFlags): BuildLimits | undefined {
  if (time === undefined && memory === undefined && !restricted) return undefined;
  return {
    ...(time !== undefined && { timeMs: time * 1000 }),
    ...(memory !== undefined && { memoryBytes: bytesOf(memory) }),
    ...(restricted && { restricted }),
  };
}

function bytesOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt])(?:i?b)?$/iu.exec(text) ?? [];
  const factor = units[unit?.toLowerCase() ?? ""];
  if (number !== undefined && factor !== undefined) return Math.round(Number(number) * factor);
  throw new MagicError(
    "wrong-argument",
    `Cannot limit the memory to "${text}": it is a number with a unit, such as 512MB or 2GB`,
    { value: text },
  );
}
