import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  name: {
    type: "word",
    summary: "its name: model, or lib/model, in the notebook's folder",
    suggest: "paths",
  },
} as const;

/** The arguments of `%%module`. */
export type ModuleArguments = typeof specs;

/** `%%module name`: the cell is a module that other cells import. */
export const moduleMagic: Magic = defineMagic({
  name: "module",
  kind: "cell",
  summary: "makes the cell a module that cells, stages and programs import",
  help: `
%%module shapes
export interface Shape { width: number; height: number }
export const area = ({ width, height }: Shape): number => width * height;

Other cells import { area } from "./shapes.ts". The cell is checked, and written as shapes.ts into the notebook's folder, so that it is a module
for everything: for stages, whose code it is part of, for other notebooks and programs. It runs when it is imported. When the
cell is run again after a change, what cells have imported from it is new with the next cell that runs.
A file that no such cell wrote is not replaced. In the place of %%module shapes, the comment /** @module shapes */ can stand, as in tslab.`,
  args: specs,
  typescriptBody: true,
  run: async (context) => {
    const { moduleEffect } = await import("../effects/index.ts");
    moduleEffect(context);
  },
});
