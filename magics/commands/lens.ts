import { isStage } from "../../core/config.ts";
import type { Stage } from "../../core/index.ts";
import { isIdentifier } from "../identifier.ts";
import { readLens } from "../facts/lens.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { staleness } from "../staleness.ts";
import { lensView } from "../views/lens.ts";

/** `%lens expression`: shows where a lens points. */
export const lensMagic: Magic = defineMagic({
  name: "lens",
  kind: "line",
  summary: "shows where a lens points: value, artifact, picture, table",
  help: `
%lens classifier.digits.count     a field of a dependency's config: a name of a stage or reference starts the lens
%lens lens(rref).metrics          any expression that gives a lens, a reference, a stage or a path
%lens classifier.path("plot.png") an artifact of the realization that the stage's matcher takes

From a stage that is realized the lens leads into the realization that its matcher takes.`,
  args: { expression: { type: "expression", walks: true, summary: "what to look at" } },
  run: async ({ args, host, session }) => {
    const target = { value: await args.expression.value(), text: args.expression.text };
    const [head = ""] = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(target.text) ?? [];
    const start = isIdentifier(head) ? host.lookup(head)?.value : undefined;
    const notes = isStage(start) ? staleness(start as Stage, host, session) : [];
    host.display(lensView(await readLens(target, session.store), new Date(), notes));
  },
});
