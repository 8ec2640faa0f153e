import { closureFromStore, errorCode, realize } from "../../../core/index.ts";
import type { RRef, Store } from "../../../core/index.ts";
import { isRRef } from "../../../core/ref.ts";
import { describeStage } from "../../../core/stage/describe.ts";
import { AppError } from "../errors.ts";
import { readTarget } from "./target.ts";

/**
 * The realization that a word means: by its address, or the one that the matcher of a stage or derivation takes. `doing` continues
 * "Cannot".
 *
 * @throws {AppError} `not-realized`, `ambiguous-target`; what `readTarget` throws
 */
export async function realizationOf(doing: string, word: string, store: Store): Promise<RRef> {
  if (isRRef(word)) return word;
  const target = await readTarget(word, store);
  const why =
    doing === "pull"
      ? "the other store has no realization of it that counts"
      : `it has no realization that counts. "lightnix realize ${word}" makes one`;
  const missing = (cause?: unknown): AppError =>
    new AppError("not-realized", `Cannot ${doing} "${word}": ${why}`, { target: word }, { cause });
  const [stage, ...others] = target.kind === "stages" ? Object.values(target.stages) : [];
  const isOne = stage !== undefined && others.length === 0;
  // Otherwise realizing would write the derivation into the store.
  if (isOne && !store.hasDerivation(describeStage(stage).dref)) throw missing();
  try {
    if (target.kind === "derivation")
      return await realize(await closureFromStore(store, target.dref), {
        assertRealized: true,
        substituters: [],
      });
    if (isOne) return await realize(stage, { store, assertRealized: true, substituters: [] });
  } catch (cause) {
    if (errorCode(cause) !== "not-realized") throw cause;
    throw missing(cause);
  }
  const names = Object.keys(target.stages).join(", ");
  const text = `Cannot ${doing} "${word}": it is several stages. Name one of ${names}`;
  throw new AppError("ambiguous-target", text, { target: word });
}
