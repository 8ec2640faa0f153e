import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { magicsView } from "../views/help.ts";

/** `%lsmagic`: all magics with their summaries. */
export const lsmagicMagic: Magic = defineMagic({
  name: "lsmagic",
  kind: "line",
  summary: "lists the magics",
  help: "Lists every magic with what it does. %name? shows the help of one.",
  args: {},
  run: ({ host, registry }) => {
    host.display(magicsView(registry.all()));
  },
});
