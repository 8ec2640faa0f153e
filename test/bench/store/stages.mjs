// The stages that the store is measured with.
import { writeFileSync } from "node:fs";
import { stage } from "../../../dist/core/index.js";

const write = (build) => writeFileSync(build.path("out.txt"), String(build.config.index));

/** So many trivial stages, each of which depends on the one before, from a first one that can be told from others. */
export function chain(length, first = 0) {
  let last;
  for (let index = 0; index < length; index += 1) {
    const config = last === undefined ? { index, ...(first !== 0 && { first }) } : { index, last };
    last = stage({ name: `link-${index}`, config, realize: write });
  }
  return last;
}

/** So many trivial stages under one that depends on all of them. */
export function fan(width) {
  const parts = Array.from({ length: width }, (_, index) =>
    stage({ name: `part-${index}`, config: { index }, realize: write }),
  );
  return stage({ name: "sink", config: { index: width, parts }, realize: write });
}
