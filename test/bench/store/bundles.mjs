// What it takes to make the code of a stage stand for itself.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { instantiate, openStore } from "../../../dist/core/index.js";
import { median, ms } from "../measure.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const ROUNDS = 15;

const kinds = {
  "that imports nothing": `build.log("done");`,
  "that imports two local modules": `build.log(String(twice(21)));`,
  "with a large package outside of it": `const tf = await import("@tensorflow/tfjs"); build.log(tf.version.tfjs);`,
};

const helper = Array.from({ length: 50 }, (_, index) => `export const f${index} = (n) => n * ${index};`).join(
  "\n",
);

/** Measures making and storing bundles of stages, over storing the stage alone. */
export async function benchBundles(folder) {
  const project = join(folder, "bundles");
  mkdirSync(join(project, "node_modules"), { recursive: true });
  symlinkSync(root, join(project, "node_modules", "lightnix"));
  symlinkSync(
    join(root, "notebooks", "node_modules", "@tensorflow"),
    join(project, "node_modules", "@tensorflow"),
  );
  writeFileSync(
    join(project, "helper.mjs"),
    `import { f2 } from "./more.mjs";\nexport const twice = (n) => f2(n);\n`,
  );
  writeFileSync(join(project, "more.mjs"), helper);
  const rows = [];
  const open = await timeOf(project, kinds["that imports nothing"], "");
  const first = await timeOf(project, kinds["that imports nothing"], "module: import.meta.url,", 1);
  for (const [kind, body] of Object.entries(kinds)) {
    const closed = await timeOf(project, body, "module: import.meta.url,");
    rows.push([`bundle of a stage ${kind}`, ms(closed - open), "25 ms", `open stage: ${ms(open)}`]);
  }
  return [
    ...rows,
    ["the first bundle of a process", ms(first - open), "200 ms", "starts esbuild, loads the parser"],
  ];
}

let count = 0;

async function timeOf(project, body, module, rounds = ROUNDS) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const name = `stage${(count += 1)}`;
    const path = join(project, `${name}.mjs`);
    writeFileSync(
      path,
      `import { stage } from "lightnix";\nimport { twice } from "./helper.mjs";\nexport const make = () => stage({ name: "${name}", ${module} config: {}, realize: async (build) => { ${body} } });\n`,
    );
    const { make } = await import(pathToFileURL(path).href);
    const store = openStore({ root: join(project, "store"), durable: false });
    const start = performance.now();
    await instantiate(make(), { store });
    times.push(performance.now() - start);
  }
  return median(times);
}
