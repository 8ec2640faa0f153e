import { closureFromStore, errorCode, keep as keepRoot, openStore, realize } from "../../../core/index.ts";
import type { RRef, Store } from "../../../core/index.ts";
import { isRRef, parseRRef } from "../../../core/ref.ts";
import { defineCommand, type Command } from "../command.ts";
import { AppError } from "../errors.ts";
import { readTarget } from "./target.ts";

/** `lightnix keep` */
export const keep: Command = defineCommand({
  name: "keep",
  summary: "keeps a realization, and all that it was made from, from being collected",
  more:
    "Of a stage or derivation it is the realization that the matcher takes; it has to be there. What is kept is a root, and its name\n" +
    "leads to it: <store>/roots/<name>. lightnix roots lists them.",
  usage: "<rref | dref | name | file.ts:export> [options]",
  words: 1,
  options: {
    as: { type: "string", value: "NAME", help: "the name of the root (the stage's)" },
    root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  },
  async run(options, [word = ""]) {
    const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
    const rref = await realizationOf(word, store).catch((error: unknown) => {
      throw errorCode(error) === "not-realized" ? notRealized(word, error) : error;
    });
    const name = options.as ?? parseRRef(rref).name;
    await keepRoot(store, rref, name);
    process.stdout.write(`${name}\t${rref}\n`);
    return 0;
  },
});

function notRealized(word: string, cause: unknown): AppError {
  const text = `Cannot keep "${word}": it has no realization that counts. "lightnix realize ${word}" makes one`;
  return new AppError("not-realized", text, { target: word }, { cause });
}

async function realizationOf(word: string, store: Store): Promise<RRef> {
  if (isRRef(word)) return word;
  const target = await readTarget(word, store);
  if (target.kind === "derivation")
    return await realize(await closureFromStore(store, target.dref), { assertRealized: true });
  const [stage, ...others] = Object.values(target.stages);
  if (stage === undefined || others.length > 0) {
    const names = Object.keys(target.stages).join(", ");
    throw new AppError(
      "ambiguous-target",
      `Cannot keep "${word}": it is several stages. Name one of ${names}`,
      {
        target: word,
      },
    );
  }
  return await realize(stage, { store, assertRealized: true });
}
