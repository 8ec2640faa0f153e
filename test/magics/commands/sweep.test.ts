import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { RRef, Sweep } from "../../../core/index.ts";
import { renderValue } from "../../../magics/render.ts";
import { parseCsv } from "../../support/parse-csv.ts";
import { Notebook } from "../support/notebook.ts";
import { steady } from "../support/quickstart.ts";

/** A notebook with a stage `model` of two data sets, which counts its runs in `runs`. */
async function laboratory(): Promise<Notebook> {
  const notebook = new Notebook();
  await notebook.run('import { writeFile } from "node:fs/promises";\nglobalThis.runs = [];');
  for (const name of ["mnist", "letters"]) {
    await notebook.run(`%%stage ${name}
export const config = { count: 3 };
export default async (build) => { await writeFile(build.path("x"), "${name}"); };`);
  }
  await notebook.run(`%%stage model
export const config = { data: mnist, lr: 0.1, depth: 2, metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "accuracy" });
export default async (build) => {
  const { lr, depth } = build.config;
  globalThis.runs.push(lr);
  if (lr > 1) throw new Error("it diverges");
  const run = build.store.realizations(build.dref).length;
  await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy: 1 - lr - depth / 100 - run / 1000, curve: [3, 2, 1 + lr] }));
};`);
  return notebook;
}

/** A notebook with a stage `model` that diverges with a learning rate from 1 on, as Python writes it with 2, and with 3 knows of no loss. */
async function diverging(): Promise<Notebook> {
  const notebook = new Notebook();
  await notebook.run('import { writeFile } from "node:fs/promises";');
  await notebook.run(`%%stage model
export const config = { lr: 0.1, metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "loss", order: "min" });
export default async (build) => {
  const { lr } = build.config;
  const text = lr === 3 ? "{}" : lr === 2 ? '{"loss": NaN}' : JSON.stringify({ loss: lr < 1 ? lr : NaN });
  await writeFile(build.path("metrics.json"), text);
};`);
  return notebook;
}

function runs(): number[] {
  return (globalThis as unknown as { runs: number[] }).runs;
}

describe("%sweep", () => {
  it("realizes every point of a grid and shows one table, with the best marked", async () => {
    using notebook = await laboratory();
    const { displays } = await notebook.run("%sweep model --grid lr=0.1,0.2 depth=2,4");
    expect(displays).toHaveLength(1);
    expect(steady(String(displays[0]?.at(-1)?.["text/plain"]))).toBe(
      [
        "built 5 · 5 ms",
        "model  4 outcomes of 4 configs that differ in lr, depth · best accuracy 0.88 at lr 0.1, depth 2",
        "",
        "      outcome  lr  depth  accuracy  curve  started  took  size",
        "─  ─  ─  ─  ─  ─  ─  ─  ─",
        "best  01234567  0.1  2  0.88  █▄▁ 1.1  just now  5 ms  35 B",
        "      01234567  0.1  4  0.86  █▄▁ 1.1  just now  5 ms  35 B",
        "      01234567  0.2  2  0.78  █▄▁ 1.2  just now  5 ms  35 B",
        "      01234567  0.2  4  0.76  █▄▁ 1.2  just now  5 ms  35 B",
        "",
        "best accuracy first (largest) · ages as of 2026-01-02 03:04",
      ].join("\n"),
    );
    expect(String(displays[0]?.at(-1)?.["text/html"])).toContain("✓ best");
  });

  it("builds only what one new value adds, and marks it as new", async () => {
    using notebook = await laboratory();
    await notebook.run("%sweep model --grid lr=0.1,0.2,0.3 depth=2,4,8");
    expect(runs()).toHaveLength(9);
    const text = await notebook.text("%sweep model --grid lr=0.1,0.2,0.3,0.4 depth=2,4,8");
    expect(runs().slice(9)).toEqual([0.4, 0.4, 0.4]);
    expect(text).toMatch(/^built 3, reused 10/);
    expect(text.match(/^new /gmu)).toHaveLength(3);
  });

  it("shows all points while they run", async () => {
    using notebook = await laboratory();
    const { displays } = await notebook.run("%sweep model --grid lr=0.1,0.2 --jobs 1");
    const live = displays[0]?.[0];
    expect(String(live?.["text/plain"])).toMatch(/lr 0\.1 .*\n.*lr 0\.2 /u);
    expect(String(live?.["text/html"]).match(/title="lr 0\.\d: /gu)).toHaveLength(2);
  });

  it("does not say of each point why it runs, while it runs", async () => {
    using notebook = await laboratory();
    await notebook.run(`%%stage slow
export const config = { lr: 0.1 };
export default () => new Promise((resolve) => setTimeout(resolve, 400));`);
    await notebook.run("%realize slow");
    const { displays } = await notebook.run("%sweep slow --grid lr=0.2");
    const running = (displays[0] ?? []).map((state) => String(state["text/plain"]));
    expect(running.some((text) => text.includes("running  lr 0.2"))).toBe(true);
    for (const text of running) expect(text).not.toContain("0.1 ->");
  });

  it("draws random points, always the same ones, over what a grid has", async () => {
    using notebook = await laboratory();
    const cell =
      "%sweep model --grid data=mnist,letters --random lr=log:1e-3..1e-1 depth=int:2..8 --n 3 --seed 1 --as s";
    const { displays } = await notebook.run(cell);
    expect(String(displays[0]?.at(-1)?.["text/plain"])).toContain(
      "6 outcomes of 6 configs that differ in data, lr, depth",
    );
    const made = notebook.value("s") as Sweep;
    expect(made.points.map(({ values }) => values["depth"])).toEqual([8, 3, 6, 8, 3, 6]);
    await notebook.run(cell);
    expect(runs()).toHaveLength(6);
  });

  it("binds a sweep that picks from the session's store, and takes sweeps", async () => {
    using notebook = await laboratory();
    await notebook.run("%sweep model --grid lr=0.2,0.1 --as grid");
    await notebook.run('const picked = await grid.pick(best("metrics.json", { key: "accuracy" }));');
    expect(notebook.value("picked")).toMatchObject({ point: { values: { lr: 0.1 } } });
    await notebook.run("const more = sweep(model, { depth: [2, 4] });\n%sweep more");
    expect(await notebook.text("%sweep more")).toContain("2 outcomes of 2 configs that differ in depth");
    expect(await notebook.text("%realize more --as rrefs")).toContain("reused, built nothing");
    expect(notebook.value("rrefs")).toHaveLength(2);
    expect(await notebook.text("%sweep grid --grid depth=2,4,8 --dry-run")).toContain("would run 3, reuse 4");
  });

  it("goes on when trainings diverge: they are last in its table, and the best is one of the others", async () => {
    using notebook = await diverging();
    const text = await notebook.text("%sweep model --grid lr=3,2,1,0.1,0.2 --as grid --plot lr loss");
    const rows = [...text.matchAll(/^(.*?) +[0-9a-f]{8} +(\S+) +(\S+) +just now/gmu)];
    const told = rows.map(([, mark = "", lr = "", loss = ""]) => `${mark} ${lr} ${loss}`.trim());
    expect(told.slice(0, 2)).toEqual(["best 0.1 0.1", "0.2 0.2"]);
    // Of equals the one that was built first, and they are built at once.
    expect(told.slice(2, 4).toSorted()).toEqual(["diverged 1 NaN", "diverged 2 NaN"]);
    expect(told.slice(4)).toEqual(["no loss 3 –"]);
    expect(text).toContain(
      "5 outcomes of 5 configs that differ in lr · 2 diverged · best loss 0.1 at lr 0.1",
    );
    expect(text).toContain(
      "plot of loss over lr: 2 points, 0.1 to 0.2, 2 not drawn, as their loss is not finite",
    );
    const by = 'best("metrics.json", { key: "loss", order: "min" })';
    await notebook.run(`const { point } = await grid.pick(${by});`);
    expect(notebook.value("point")).toMatchObject({ values: { lr: 0.1 } });
    expect(await notebook.text(`%realize grid.winner(${by})`)).toContain("choice.json");
    expect(await notebook.text("%outcomes grid --where loss=NaN")).toContain("2 outcomes of 5 configs");
    expect(await notebook.text("%outcomes grid --where loss!=NaN")).toContain("2 outcomes of 5 configs");
    expect(await notebook.text("%compare grid.points[3].stage grid.points[1].stage")).toMatch(
      /loss +0\.1 +NaN +diverged/u,
    );
    expect(await notebook.text("%compare grid.points[1].stage grid.points[3].stage")).toMatch(
      /loss +NaN +0\.1 +no longer diverged/u,
    );
  });

  it("fails where the best is asked for and no training can be compared, with what each came to", async () => {
    using notebook = await diverging();
    expect(await notebook.text("%sweep model --grid lr=1,2,3 --as grid")).toContain(
      '2 diverged · none has a number "loss" in metrics.json, by which the best is chosen',
    );
    await expect(
      notebook.run('await grid.pick(best("metrics.json", { key: "loss", order: "min" }))'),
    ).rejects.toThrow("none of its 3 has it (lr 1 has NaN, lr 2 has NaN, lr 3 has none)");
  });

  it("sets a stage that diverged alone beside another one, although its matcher does not take it", async () => {
    using notebook = await diverging();
    await notebook.run(
      "const hot = redefine(model, { config: { ...model.config, lr: 2 } });\n%realize model",
    );
    await expect(notebook.run("%realize hot")).rejects.toThrow("its only realization has NaN there");
    expect(await notebook.text("%compare model hot")).toMatch(/, the newest[^]*loss +0\.1 +NaN +diverged/u);
  });

  it("says which sweep a table is of, by what the cell calls it", async () => {
    using notebook = await laboratory();
    const { displays } = await notebook.run(
      "%sweep model --grid lr=0.1 --as first\n%sweep model --grid depth=4\n%realize first\n%realize sweep(model, { lr: [0.1] })",
    );
    const texts = displays.map((states) => String(states.at(-1)?.["text/plain"]));
    expect(texts.map((text) => /^model.*? {2}/mu.exec(text)?.[0].trim())).toEqual([
      "model (first)",
      "model",
      "model (first)",
      "model (sweep(model, { lr: [0.1] }))",
    ]);
    expect(String(displays[0]?.at(-1)?.["text/html"])).toContain('<span class="l-kind">sweep first</span>');
    expect(String(displays[0]?.[0]?.["text/plain"])).toMatch(/^model \(first\) {2}running/u);
  });

  it("says of what the points display which point it is of", async () => {
    using notebook = new Notebook();
    await notebook.run(`%%stage shown
export const config = { lr: 0.1 };
export default (build) => build.display({ "text/plain": "the curve" });`);
    const { displays } = await notebook.run("%sweep shown --grid lr=1,2 --jobs 1");
    expect(displays.slice(1).map((states) => states.at(-1)?.["text/plain"])).toEqual([
      "shown · lr 1",
      "the curve",
      "shown · lr 2",
      "the curve",
    ]);
  });

  it("goes on after a point that failed, shows the others, and fails", async () => {
    using notebook = await laboratory();
    const failing = notebook.run("%sweep model --grid lr=7,0.1 --jobs 1");
    await expect(failing).rejects.toThrow("it diverges");
    const texts = notebook.output.displays.map((states) => String(states.at(-1)?.["text/plain"]));
    expect(texts[0]).toContain("model (lr 7): Error: it diverges");
    expect(texts[1]).toContain("1 outcome of 2 configs that differ in lr · 1 without an outcome");
    await expect(notebook.run("%sweep model --grid lr=9,0.1 --jobs 1 --plot lr accuracy")).rejects.toThrow(
      "it diverges",
    );
    expect(String(notebook.output.displays.at(-1)?.at(-1)?.["text/plain"])).toContain(
      "plot of accuracy over lr",
    );
    await expect(notebook.run("%sweep model --grid lr=9,0.1 --jobs 1 --plot lr acuracy")).rejects.toThrow(
      "it diverges",
    );
    await expect(notebook.run("%sweep model --grid lr=8,0.2 --jobs 1 --stop-at-failure")).rejects.toThrow(
      "it diverges",
    );
    expect(runs()).toEqual([7, 0.1, 9, 9, 8]);
  });

  it("tells a reason that several points have with the first of them", async () => {
    using notebook = await laboratory();
    await expect(notebook.run("%sweep model --grid lr=7,8,9 --jobs 1")).rejects.toThrow(
      "3 derivations failed",
    );
    const text = String(notebook.output.displays[0]?.at(-1)?.["text/plain"]);
    expect(text).toContain("model (lr 7): Error: it diverges\n");
    expect(text).toContain("model (lr 8): the same as lr 7\n");
    expect(text).toContain("model (lr 9): the same as lr 7");
    expect(String(notebook.output.displays[0]?.at(-1)?.["text/html"])).toContain(
      "model (lr 9): the same as lr 7",
    );
  });

  it("plots one column over another, with the rest in the colours and titles of the points", async () => {
    using notebook = await laboratory();
    const { displays } = await notebook.run(
      "%sweep model --grid lr=0.001,0.01,0.1 depth=2,4 --plot lr accuracy",
    );
    const shown = displays[0]?.at(-1);
    expect(shown?.["text/plain"]).toContain("plot of accuracy over lr: 6 points, logarithmic, 0.86 to 0.979");
    const markup = String(shown?.["text/html"]);
    expect(markup.match(/<circle class="l-hue\d/gu)).toHaveLength(6);
    expect(markup).toContain("lr, logarithmic");
    expect(markup).toMatch(/<title>best\nlr 0\.001\ndepth 2\naccuracy 0\.979\n/u);
  });

  it("says what is wrong with its words", async () => {
    using notebook = await laboratory();
    const wrong: Readonly<Record<string, string>> = {
      "%sweep 5 --grid lr=1": 'Cannot sweep "5": it is 5, and no stage or sweep',
      "%sweep model": 'Cannot sweep "model": say over what: --grid lr=0.1,0.01',
      "%sweep model --grid": "--grid needs a value",
      "%sweep model --grid lr": 'it takes a field and its values, such as lr=0.1,0.01; "lr" has no "="',
      "%sweep model --grid lr=": "lr has no values: say lr=1,2",
      "%sweep model --grid lr=1 lr=2": "lr is given twice",
      "%sweep model --grid lr=fast": 'lr is a number (0.1), and "fast" is none',
      "%sweep model --grid data=mnist,nothing": 'data takes stages by their names, and "nothing" is no stage',
      "%sweep model --grid lrr=1": 'Did you mean "lr"?',
      "%sweep model --grid metrics=x": "it is a promised artifact",
      "%sweep model --random lr=0..1": "Cannot sweep with --random: say how many points are drawn: --n 20",
      "%sweep model --grid lr=1 --n 5": "Cannot sweep with --n: say what is drawn",
      "%sweep model --grid lr=1 --seed 5": "Cannot sweep with --seed: say what is drawn",
      "%sweep model --random lr=log:0..1 --n 1": "0 has no logarithm",
      "%sweep model --random lr=lug:0..1 --n 1": '"lug:0..1" for lr is no range such as log:1e-4..1e-1',
      "%sweep model --random lr=0..1 --n 0": "--n takes a whole number from 1 on",
      "%sweep model --grid lr=0.1 --plot lr accurcy": 'Cannot plot the outcomes of "model" by "accurcy"',
    };
    for (const [cell, message] of Object.entries(wrong))
      await expect(notebook.run(cell)).rejects.toThrow(message);
  });
});

describe("%outcomes of several configs", () => {
  it("has every variant of a name that the store has, and what they differ in", async () => {
    using notebook = await laboratory();
    await notebook.run("%sweep model --grid lr=0.2,0.3");
    await notebook.run("%realize model");
    const text = await notebook.text("%outcomes model --all");
    expect(text).toContain("3 outcomes of 3 configs that differ in lr · best accuracy 0.88 at lr 0.1");
    expect(await notebook.text("%outcomes model")).toContain("1 outcome, 1 chosen");
    expect(await notebook.text("%outcomes [model] --all --top 1")).toContain("and 2 more");
    await notebook.run("const rrefs = await realizeMany(model);");
    expect(await notebook.text("%outcomes rrefs[0] --all")).toContain("3 outcomes");
    await expect(notebook.run("%outcomes [5]")).rejects.toThrow("it is no stage, derivation or realization");
  });

  it("keeps what a condition holds for, sorted by any column, and writes it to a file", async () => {
    using notebook = await laboratory();
    await notebook.run("const grid = sweep(model, { lr: [0.1, 0.2, 0.3], depth: [2, 4] });\n%sweep grid");
    const { stdout } = await notebook.run(
      '%outcomes grid --where "accuracy>0.7 and depth=2" --by lr:min --csv out.csv',
    );
    expect(stdout.join("")).toMatch(/^wrote 2 rows to .*out\.csv\n$/u);
    const [header = [], ...rows] = parseCsv(readFileSync(join(notebook.folder, "out.csv"), "utf8"));
    expect(rows.map((row) => [row[header.indexOf("lr")], row[header.indexOf("accuracy")]])).toEqual([
      ["0.1", "0.88"],
      ["0.2", "0.78"],
    ]);
    expect(await notebook.text('%outcomes grid --where "curve<1.15 && chosen=true"')).toContain("2 outcomes");
    expect(await notebook.text('%outcomes grid --where "state!=realized"')).toContain("and no outcomes yet");
    await expect(notebook.run('%outcomes grid --where "accuracy is good"')).rejects.toThrow(
      'Cannot choose outcomes by "accuracy is good": it is no comparison such as',
    );
    await expect(notebook.run('%outcomes grid --where "accurcy>1"')).rejects.toThrow(
      'Did you mean "accuracy"?',
    );
    await expect(notebook.run("%outcomes grid --csv no/such/folder.csv")).rejects.toThrow(
      /Cannot write the outcomes to .*ENOENT/u,
    );
  });

  it("reads metrics from the artifacts that it is told to", async () => {
    using notebook = await laboratory();
    await notebook.run(`%%stage two
export const config = { metrics: self("metrics.json") };
export default async (build) => {
  await writeFile(build.path("metrics.json"), '{"a":1}');
  await writeFile(build.path("more.json"), '{"b":2}');
};`);
    await notebook.run("%realize two");
    expect(await notebook.text("%outcomes two")).toMatch(/outcome +a +started/u);
    expect(await notebook.text("%outcomes two --metrics more.json,metrics.json")).toMatch(
      /outcome +b +metrics\.a +started/u,
    );
  });

  it("brings repeated runs together", async () => {
    using notebook = await laboratory();
    await notebook.run(
      "const grid = sweep(model, { lr: [0.1, 0.2] });\nawait realize(grid, { atLeast: 2 });",
    );
    const { displays, stdout } = await notebook.run("%outcomes grid --group lr --csv groups.csv");
    expect(displays[0]?.[0]?.["text/plain"]).toContain(
      "model  4 outcomes in 2 groups by lr · mean ± standard deviation",
    );
    expect(String(displays[0]?.[0]?.["text/plain"])).toMatch(/^best {2}0\.1 +2 {2}0\.8795 ± 0\.0007 /mu);
    expect(stdout.join("")).toContain("wrote 2 rows");
    await expect(notebook.run("%outcomes grid --group rl")).rejects.toThrow(
      'Cannot group the outcomes of "model" by "rl"',
    );
  });

  it("plots series as lines, and numbers over the time when they were made", async () => {
    using notebook = await laboratory();
    await notebook.run("const grid = sweep(model, { lr: [0.1, 0.2] });\n%sweep grid");
    expect(await notebook.text("%outcomes grid --plot curve")).toContain(
      "plot of curve over step: 2 lines, 1.1 to 3",
    );
    expect(await notebook.html("%outcomes grid --plot curve")).toMatch(/<path class="l-line l-hue0 l-best"/u);
    expect(await notebook.text("%outcomes grid --plot accuracy")).toContain(
      "plot of accuracy over started: 2 points",
    );
    expect(await notebook.text("%outcomes grid --plot lr data")).toContain("nothing to plot");
  });
});

describe("renderValue()", () => {
  it("shows a sweep: its points, and what they came to", async () => {
    using notebook = await laboratory();
    await notebook.run("const grid = sweep(model, { lr: [0.1, 0.1, 0.2] });");
    const shown = async (name: string): Promise<string> =>
      String((await renderValue(notebook.value(name), notebook.session))?.["text/plain"]);
    expect(await shown("grid")).toBe(
      "2 points over lr · 1 left out: the same as another one\nmodel  2 configs that differ in lr, and no outcomes yet",
    );
    await notebook.run(
      "const rrefs = await realize(grid);\nconst groups = (await outcomes(grid)).group('lr');",
    );
    expect(notebook.value("rrefs") as RRef[]).toHaveLength(2);
    expect(await shown("grid")).toContain("2 outcomes of 2 configs that differ in lr · best accuracy");
    expect(await shown("rrefs")).toContain("2 outcomes of 2 configs that differ in lr · best accuracy");
    expect(await shown("groups")).toContain("2 outcomes in 2 groups by lr");
  });
});

describe("an interrupt of %sweep", () => {
  it("keeps the points that are done, and shows them", async () => {
    using notebook = await laboratory();
    await notebook.run(`%%stage slow
export const config = { n: 0 };
export default async (build) => {
  if (build.config.n > 1) { globalThis.interrupt(); await new Promise((_, reject) => build.signal.addEventListener("abort", reject)); }
  await writeFile(build.path("metrics.json"), JSON.stringify({ n: build.config.n }));
};`);
    Object.assign(globalThis, { interrupt: () => notebook.interrupt() });
    await expect(notebook.run("%sweep slow --grid n=1,2,3 --jobs 1")).rejects.toMatchObject({
      code: "cancelled",
    });
    const texts = notebook.output.displays.map((states) => String(states.at(-1)?.["text/plain"]));
    expect(texts[0]).toContain("finished work is kept");
    expect(texts[1]).toContain("1 outcome of 3 configs that differ in n · 2 without an outcome");
  });

  it("keeps what a point had made that ran for long, as %realize does", async () => {
    using notebook = await laboratory();
    await notebook.run(`%%stage slow
export const config = { n: 0 };
export default async (build) => {
  await writeFile(build.path("weights"), "an hour of work");
  globalThis.interrupt();
  await new Promise((_, reject) => build.signal.addEventListener("abort", () => reject(build.signal.reason)));
};`);
    const realNow = Date.now.bind(Date);
    const interrupt = (): void => {
      vi.spyOn(Date, "now").mockImplementation(() => realNow() + 60_000);
      notebook.interrupt();
    };
    Object.assign(globalThis, { interrupt });
    await expect(notebook.run("%sweep slow --grid n=1")).rejects.toMatchObject({ code: "cancelled" });
    vi.restoreAllMocks();
    const text = String(notebook.output.displays.at(0)?.at(-1)?.["text/plain"]);
    expect(text).toContain("What slow had made so far is kept");
  });
});
