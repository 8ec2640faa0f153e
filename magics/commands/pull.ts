import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: { type: "expression", summary: "a realization, a stage, a sweep, or an array of these" },
  from: {
    type: "text",
    placeholder: "PLACE",
    summary: "the folder of the other store, or the URL under which it is handed out",
  },
} as const;

/** The arguments of `%pull`. */
export type PullArguments = typeof specs;

/** `%pull expression --from folder`: copies closures from another store. */
export const pullMagic: Magic = defineMagic({
  name: "pull",
  kind: "line",
  summary: "copies realizations, with all that they were made from, from another store",
  help: `
%pull classifier --from /mnt/shared/store   the realization there that its matcher takes: from then on it is reused here
%pull rref --from ../store
%pull classifier --from https://lab.example.org/store    all realizations of it that were signed

Only what is not here yet is copied. What comes may be code, which runs when a stage of it is realized: pull from the stores of people
whose code you would run. A store that trusts keys (its file trusted-keys, LIGHTNIX_TRUSTED_KEYS) takes only what one of them has signed.`,
  args: specs,
  run: async (context) => {
    const { pullEffect } = await import("../effects/index.ts");
    await pullEffect(context);
  },
});
