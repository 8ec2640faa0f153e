// A process of its own that builds in a store, or collects it, again and again, for tests of what happens between processes.
//   node collect-process.mjs <folder of the project> <root> build|collect
// It prints one JSON value a line.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [project, root, task] = process.argv.slice(2);
const core = pathToFileURL(`${project}/dist/core/`);
const load = (path) => import(new URL(path, core).href);
const { openStore } = await load("store/store.js");
const { realize } = await load("realize/realize.js");
const { stage } = await load("stage/stage.js");
const { planCollection } = await load("store/collect/plan.js");
const { collect } = await load("store/collect/collect.js");

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const store = openStore({ root, durable: false });

const tasks = {
  /** Realizes chains that share their beginnings with those of other processes. */
  async build(round) {
    const write = (build) => writeFileSync(build.path("x"), String(build.config.part));
    const base = stage({ name: "base", config: { part: round % 3 }, realize: write });
    const middle = stage({ name: "middle", config: { base, part: round % 5 }, realize: write });
    const top = stage({
      name: "top",
      config: { base, middle, part: `${process.pid}-${round}` },
      realize: write,
    });
    await realize(top, { store });
  },

  async collect() {
    await collect(await planCollection(store));
  },
};

for (let round = 0; ; round++) {
  try {
    await tasks[task](round);
    say({ round });
  } catch (error) {
    say({ error: error.message, code: error.code });
  }
}
