import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const flags = {
  runs: {
    type: "number",
    summary: "how many times it is measured; 7 unless given",
    placeholder: "N",
    min: 1,
  },
  loops: {
    type: "number",
    summary: "how often it is evaluated each time; so often that it takes a tenth of a second, unless given",
    placeholder: "N",
    min: 1,
  },
} as const;

const help = `
%timeit area(shape)             how long an expression takes, evaluated again and again
%timeit await load()  --runs 3  one that waits, three times

%%timeit                        how long the cell takes that stands below; what it declares is its own
let sum = 0;
for (const n of numbers) sum += n;

It is evaluated in loops of a tenth of a second, seven times; after ten seconds there are no more than the first three of them. %time tells of
one run.`;

/** `%timeit expression`: how long it takes on average. */
export const timeitMagic: Magic = defineMagic({
  name: "timeit",
  kind: "line",
  summary: "how long an expression takes, of many evaluations",
  help,
  args: { expression: { type: "expression", summary: "what to time" }, ...flags },
  repeats: true,
  run: async (context) => {
    const { timeitEffect } = await import("../effects/index.ts");
    await timeitEffect(context);
  },
});

/** `%%timeit`: how long a cell takes on average. */
export const timeitCellMagic: Magic = defineMagic({
  name: "timeit",
  kind: "cell",
  summary: "how long the cell takes, of many runs",
  help,
  args: flags,
  typescriptBody: true,
  repeats: true,
  run: () => undefined,
});

/** The arguments of `%timeit`. */
export type TimeitArguments = {
  readonly expression: { readonly type: "expression"; readonly summary: string };
} & typeof flags;
