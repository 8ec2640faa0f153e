import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

/** `%cancel`: gives up what `%pause` holds. */
export const cancelMagic: Magic = defineMagic({
  name: "cancel",
  kind: "line",
  summary: "gives up what is held: its folder goes, finished work stays",
  help: `
What was taken over with --failed or --from goes back to where it was.`,
  args: {},
  run: async (context) => {
    const { cancelEffect } = await import("../effects/index.ts");
    await cancelEffect(context);
  },
});
