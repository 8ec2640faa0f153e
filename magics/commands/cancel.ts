import { parseDRef } from "../../core/ref.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { heldOf } from "./resume.ts";

/** `%cancel`: gives up what `%pause` holds. */
export const cancelMagic: Magic = defineMagic({
  name: "cancel",
  kind: "line",
  summary: "gives up what is held: its folder goes, finished work stays",
  help: `
What was taken over with --failed or --from goes back to where it was.`,
  args: {},
  run: async ({ host, session }) => {
    const { held } = heldOf(session, "cancel");
    const names = held?.builds.map(({ dref }) => parseDRef(dref).name) ?? [];
    await held?.cancel();
    session.paused = undefined;
    host.print(`${names.join(", ")}: given up\n`);
  },
});
