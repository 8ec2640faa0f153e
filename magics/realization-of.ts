import { isStage } from "../core/config.ts";
import { errorCode, realize } from "../core/index.ts";
import type { RRef, Stage, Store } from "../core/index.ts";
import { isRRef } from "../core/ref.ts";
import { describeStage } from "../core/stage/describe.ts";
import { isSweep } from "../core/sweep/swept.ts";
import type { Expression } from "./argument-specs.ts";
import { MagicError } from "./errors.ts";
import type { MagicContext } from "./registry.ts";
import { asTarget } from "./target.ts";

/** Where realizations are looked for, and what for: `doing` continues "Cannot". */
interface Wanted extends Pick<MagicContext, "host"> {
  readonly doing: string;
  readonly store: Store;
  /** What the store is called, where it is not the one in use. */
  readonly where?: string;
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
  if (rrefs.length > 0) return rrefs;
  throw new MagicError("no-stage", `Cannot ${wanted.doing} "${expression.text}": there is nothing in it`, {
    expression: expression.text,
  });
}

function parts(value: unknown, text: string): [value: unknown, text: string][] {
  const several = isSweep(value) ? value.stages : value;
  if (!Array.isArray(several)) return [[value, text]];
  return several.flatMap((one: unknown, index) => parts(one, `${text}[${index}]`));
}

async function ofValue(value: unknown, text: string, { doing, store, host, where }: Wanted): Promise<RRef> {
  if (isRRef(value)) return value;
  const target = await asTarget(value, text, {
    doing,
    isNo: "realization, stage or derivation",
    store,
    host,
  });
  const why =
    where === undefined
      ? "it has no realization that counts. %realize it first"
      : `${where} has no realization of it that counts`;
  const missing = (cause?: unknown): MagicError =>
    new MagicError("no-realization", `Cannot ${doing} "${text}": ${why}`, { expression: text }, { cause });
  // Otherwise realizing would write the derivation into the store.
  if (isStage(target) && !store.hasDerivation(describeStage(target).dref)) throw missing();
  try {
    return await realize(target as Stage, { store, assertRealized: true, substituters: [] });
  } catch (cause) {
    if (errorCode(cause) !== "not-realized") throw cause;
    throw missing(cause);
  }
}
