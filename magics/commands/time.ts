import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const about = `
%time await train(model)        how long a statement takes
%time const model = build(64)   also one that declares something

%%time                          how long the cell takes that stands below, be it code or another
const model = build(64);        cell magic
await train(model)

The code is checked and run as ever, its result is shown, and when it fails or is interrupted, the time is told
all the same. The processor time is that of the kernel's process; stages and commands run in others.`;

/** `%time statement`: how long it takes. */
export const timeMagic: Magic = defineMagic({
  name: "time",
  kind: "line",
  summary: "how long a statement takes",
  help: about,
  args: { statement: { type: "code", summary: "what to time" } },
  times: true,
  run: () => undefined,
});

/** `%%time`: how long a cell takes. */
export const timeCellMagic: Magic = defineMagic({
  name: "time",
  kind: "cell",
  summary: "how long the cell takes",
  help: about,
  args: {},
  times: true,
  run: () => undefined,
});
