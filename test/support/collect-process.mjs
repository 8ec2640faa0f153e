// A process of its own that builds in a store, or collects it, again and again, for tests of what happens between processes.
//   node collect-process.mjs <folder of the project> <root> build|collect
// It prints one JSON value a line.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [project, root, task] = process.argv.slice(2);
const core = pathToFileURL(`${project}/dist/core/index.js`).href;
const { collect, openStore, planCollection, realize, stage } = await import(core);

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
