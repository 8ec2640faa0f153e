import { errorCode, realize } from "../core/index.ts";
import type { RRef, Stage } from "../core/index.ts";
import { isRRef } from "../core/ref.ts";
import { isSweep } from "../core/sweep/swept.ts";
import type { Expression } from "./argument-specs.ts";
import { MagicError } from "./errors.ts";
import type { MagicContext } from "./registry.ts";
import { asTarget } from "./target.ts";

/** Where realizations are looked for, and what for: `doing` continues "Cannot". */
interface Wanted extends Pick<MagicContext, "session" | "host"> {
  readonly doing: string;
}

/**
 * The realization that an expression means: by its address, or the one that the matcher of a stage takes. Nothing is built.
 *
 * @throws {MagicError} `no-stage`, `no-realization`
 */
export async function realizationOf(expression: Expression, wanted: Wanted): Promise<RRef> {
  return await ofValue(await expression.value(), expression.text, wanted);
}

/**
 * The realizations that an expression means: also those of arrays and of the points of sweeps.
 *
 * @throws {MagicError} `no-stage`, `no-realization`
 */
export async function realizationsOf(expression: Expression, wanted: Wanted): Promise<RRef[]> {
  const value = await expression.value();
  const rrefs: RRef[] = [];
  for (const [one, text] of parts(value, expression.text)) rrefs.push(await ofValue(one, text, wanted));
  return rrefs;
}

function parts(value: unknown, text: string): [value: unknown, text: string][] {
  const several = isSweep(value) ? value.stages : value;
  if (!Array.isArray(several)) return [[value, text]];
  return several.flatMap((one: unknown, index) => parts(one, `${text}[${index}]`));
}

async function ofValue(value: unknown, text: string, { doing, session, host }: Wanted): Promise<RRef> {
  if (isRRef(value)) return value;
  const { store } = session;
  const target = await asTarget(value, text, {
    doing,
    isNo: "realization, stage or derivation",
    store,
    host,
  });
  try {
    return await realize(target as Stage, { store, assertRealized: true });
  } catch (cause) {
    if (errorCode(cause) !== "not-realized") throw cause;
    throw new MagicError(
      "no-realization",
      `Cannot ${doing} "${text}": it has no realization that counts. %realize it first`,
      { expression: text },
      { cause },
    );
  }
}
