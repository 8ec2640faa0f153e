import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: {
    type: "expression",
    optional: true,
    summary: "only this realization, or this stage with all its realizations",
  },
  signatures: { type: "switch", summary: "also say what no trusted key has signed" },
  repair: {
    type: "switch",
    summary: "put right what can be, and put aside what cannot, with all that depends on it",
  },
} as const;

/** The arguments of `%verify`. */
export type VerifyArguments = typeof specs;

/** `%verify`: whether the store is what it was. */
export const verifyMagic: Magic = defineMagic({
  name: "verify",
  kind: "line",
  summary: "reads the store anew, works out every hash again, and says what is wrong",
  help: `
%verify              the whole store
%verify --signatures says as well what no trusted key has signed
%verify classifier   only a stage with all its realizations; or a realization
%verify --repair     puts right what can be; the rest is put aside in the store's folder tmp, with all that depends on it

Without --repair it changes nothing.`,
  args: specs,
  run: async (context) => {
    const { verifyEffect } = await import("../effects/index.ts");
    await verifyEffect(context);
  },
});
