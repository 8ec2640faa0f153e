import { writeFile } from "node:fs/promises";
import { realize, realizeMany } from "../../../core/realize/realize.ts";
import { self } from "../../../core/path.ts";
import type { RRef } from "../../../core/ref.ts";
import { all } from "../../../core/stage/matchers.ts";
import { stage } from "../../../core/stage/stage.ts";
import type { Store } from "../../../core/store/store.ts";

/** A small experiment in a store: data, three models that differ by chance, a report over all of them. */
export interface Experiment {
  readonly data: RRef;
  readonly models: readonly [RRef, ...RRef[]];
  readonly report: RRef;
}

/** Runs the experiment. */
export async function runExperiment(store: Store): Promise<Experiment> {
  const data = stage({
    name: "data",
    config: { rows: 3, file: self("rows.csv") },
    source: false,
    async realize(build) {
      build.log("making rows");
      await writeFile(build.path("rows.csv"), "x,y\n1,2\n");
      await writeFile(build.path("bin", "show"), "#!/bin/sh\n", { mode: 0o755 });
    },
  });
  let runs = 0;
  const model = stage({
    name: "model",
    config: { data, metrics: self("metrics.json") },
    matcher: all(),
    source: false,
    async realize(build) {
      await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy: ++runs / 10 }));
    },
  });
  const report = stage({
    name: "report",
    config: { model, rows: data.path("rows.csv") },
    source: false,
    async realize(build) {
      await writeFile(build.path("report.txt"), String(build.lens.model.rrefs.length));
    },
  });
  const [first, ...others] = await realizeMany(model, { store, count: 3 });
  if (first === undefined) throw new Error("the model has no realization");
  return {
    data: await realize(data, { store }),
    models: [first, ...others],
    report: await realize(report, { store }),
  };
}
