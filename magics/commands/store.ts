import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  root: {
    type: "word",
    optional: true,
    summary: "the folder of another store, in quotes when it has blanks",
    suggest: "folders",
  },
} as const;

/** The arguments of `%store`. */
export type StoreArguments = typeof specs;

/** `%store [root]`: shows the store in use, or uses another one. */
export const storeMagic: Magic = defineMagic({
  name: "store",
  kind: "line",
  summary: "shows the store, or uses the one in another folder",
  help: `
%store          where the store is, and what is in it
%store FOLDER   uses the store in that folder from now on (relative to the notebook; ~ is your home)

Stages that are defined already are realized in the new store when they are needed again.`,
  args: specs,
  run: async (context) => {
    const { storeEffect } = await import("../effects/index.ts");
    await storeEffect(context);
  },
});
