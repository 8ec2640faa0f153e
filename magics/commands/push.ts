import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: { type: "expression", summary: "a realization, a stage, a sweep, or an array of these" },
  to: {
    type: "text",
    placeholder: "FOLDER",
    summary: "the folder of the other store; it is made if need be",
  },
  key: {
    type: "text",
    placeholder: "FILE",
    summary:
      "sign with this secret key, of lightnix key generate; else that of LIGHTNIX_KEY_FILE, if there is one",
  },
} as const;

/** The arguments of `%push`. */
export type PushArguments = typeof specs;

/** `%push expression --to folder`: copies closures to another store. */
export const pushMagic: Magic = defineMagic({
  name: "push",
  kind: "line",
  summary: "copies realizations, with all that they were made from, to another store",
  help: `
%push classifier --to /mnt/shared/store     the realization that its matcher takes
%push [classifier, report] --to ../store

%push report --to ../store --key lab.key   signed, so that stores that trust the key fetch it before they build

Only what is not there yet is copied. %pull brings it back, or into the store of somebody else.`,
  args: specs,
  run: async (context) => {
    const { pushEffect } = await import("../effects/index.ts");
    await pushEffect(context);
  },
});
