import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Notebook } from "../support/notebook.ts";
import { steady } from "../support/quickstart.ts";

const model = (lr: number, epochs = 5): string => `%%stage model
export const config = { data, lr: ${lr}, kept: true, metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "accuracy" });
export default async (build) => {
  for (let epoch = 0; epoch < ${epochs}; epoch++) build.log(String(half(epoch)));
  const run = build.store.realizations(build.dref).length;
  const accuracy = 1 - build.config.lr - run / 10;
  await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy, loss: [1, build.config.lr], epochs: ${epochs} }));
  await writeFile(build.path("notes.txt"), "first\\nlr " + build.config.lr + "\\n");
  await writeFile(build.path("same.bin"), "same");
};`;

/** A notebook with two realized variants of a model, \`older\` and \`model\`. */
async function twoModels(): Promise<Notebook> {
  const notebook = new Notebook();
  await notebook.run('import { writeFile } from "node:fs/promises";\nfunction half(x) { return x / 2; }');
  await notebook.run("%%stage data\nexport const config = { rows: 10 };\nexport default () => {};");
  await notebook.run(model(0.5));
  await notebook.run("%realize model --as first\nconst older = model;");
  await notebook.run(model(0.25, 6));
  await notebook.run("%realize model --as second");
  return notebook;
}

/** Without what differs from run to run and from machine to machine. */
function lasting(text: string): string {
  const lines = steady(text).split("\n");
  return lines
    .filter((line) => !line.startsWith("─"))
    .map((line) => (line.trimStart().startsWith("older") ? line.trimStart() : line))
    .filter((line) => !/^ {2}(?:took|by|Node|platform|Lightnix|built) /u.test(line))
    .map((line) => line.replace(/ {2,}(?=\S)/gu, (blanks, at) => (at === 0 ? blanks : "  ")))
    .join("\n");
}

describe("%compare", () => {
  it("shows two stages side by side: config, metrics, artifacts, build, code and the lines of texts", async () => {
    using notebook = await twoModels();
    const text = lasting(await notebook.text("%compare older model"));
    expect(text.split("\n        const run")[0]).toBe(
      [
        "model  (compare)  1 field, the code and 3 metrics differ",
        "older 01234567  model 01234567",
        "config",
        "  lr  0.5  0.25",
        "  2 the same: data data 01234567, kept true",
        "metrics",
        "  accuracy  0.5  0.75  +0.25 (+50 %)",
        "  loss  █▁ 0.5 at last  █▁ 0.25 at last  −0.25 (−50 %)",
        "  epochs  5  6  +1 (+20 %)",
        "artifacts",
        "  metrics.json  42 B  44 B",
        "  notes.txt  13 B  14 B",
        "  1 the same: same.bin",
        "build",
        "  size  59 B  62 B",
        "code",
        "  its code changed (-2 +2)",
        "      export default async (build) => {",
        "    -  for (let epoch = 0; epoch < 5; epoch++) build.log(String(half(epoch)));",
        "    +  for (let epoch = 0; epoch < 6; epoch++) build.log(String(half(epoch)));",
      ].join("\n"),
    );
  });

  it("compares two outcomes of one derivation, by address, variable or lens", async () => {
    using notebook = await twoModels();
    await notebook.run("%realize model --new 1");
    await notebook.run("const [a, b] = (await outcomes(model)).rows.map(({ rref }) => rref);");
    const text = await notebook.text("%compare a b");
    expect(text).toContain("one derivation: 1 metric differs");
    expect(text).toMatch(/accuracy +0\.75 +0\.65 +−0\.1 \(−13 %\)/u);
    const [a, b] = ["a", "b"].map((name) => String(notebook.value(name)));
    expect(steady(await notebook.text(`%compare ${a} ${b}`))).toContain("model 01234567");
    expect(await notebook.text("%compare lens(a), lens(b) // a comment")).toMatch(/accuracy +0\.75 +0\.65/u);
    expect(await notebook.text("%compare a a")).toContain("the very same realization");
  });

  it("says what else went into it: packages, dependencies that are others, and other outcomes of the same", async () => {
    using notebook = await twoModels();
    withPackage(notebook, "1.0.0");
    const user = `%%stage user
import { ms } from "ms";
export const config = { data, tuned };
export default () => ms(1);`;
    await notebook.run("const tuned = stage({ ...model, name: 'tuned', matcher: latest() });");
    await notebook.run(user);
    await notebook.run("%realize user --as before");
    await notebook.run("%realize tuned --new 1");
    await notebook.run("%realize user --as after");
    const text = await notebook.text("%compare before after");
    expect(text).toContain("one derivation: 1 dependency differs");
    expect(text).toMatch(/tuned +[0-9a-f]{8} +[0-9a-f]{8} +another outcome of the same derivation/u);
    withPackage(notebook, "1.1.0");
    await notebook.run("%%stage data\nexport const config = { rows: 20 };\nexport default () => {};");
    await notebook.run(user);
    const other = await notebook.text("%compare before user");
    expect(other).toMatch(/ms +1\.0\.0 +1\.1\.0/u);
    expect(other).toMatch(/data +data [0-9a-f]{8} +data [0-9a-f]{8} +rows 10 -> 20/u);
    expect(other).toMatch(/user [0-9a-f]{8}, not realized/u);
  });

  it("says first what of the stages is older than the notebook's names", async () => {
    using notebook = await twoModels();
    await notebook.run("function half(x) { return x / 3; }");
    const older = "model was defined with an older half: rerun its cell to use the new one";
    expect(await notebook.text("%compare first model")).toContain(older);
  });

  it("marks in HTML what differs, and says once what is the same", async () => {
    using notebook = await twoModels();
    const html = await notebook.html("%compare older model");
    expect(html).toContain('<code class="l-old">0.5</code>');
    expect(html).toContain('<code class="l-new">0.25</code>');
    expect(html).toMatch(/<span class="l-good">\+0\.25 \(\+50 %\)<\/span>/u);
    expect(html).toMatch(/<td [^>]*colspan="2" class="l-mut">[^<]*@/u);
    expect(await notebook.html("%compare model older")).toMatch(/<span class="l-bad">−0\.25/u);
  });

  it.each([
    ["%compare model", "Cannot run %compare: it takes two expressions, and here is one"],
    [
      "%compare a b c",
      "Cannot run %compare: it takes two expressions, and here are 3. Put one that has blanks into parentheses",
    ],
    [
      "%compare",
      "Cannot run %compare: it needs an expression: two realizations; or stages, derivations or lenses, for the realizations that count",
    ],
    ["%compare model modle", 'Cannot run %compare: "modle" is not defined. Did you mean "model"?'],
    ["%compare model 3", 'Cannot compare "3": it is no stage, closure, derivation or realization'],
    [
      "%compare model [model, older]",
      'Cannot compare "[model, older]": it is no stage, closure, derivation or realization. Of several, name one',
    ],
  ])("refuses %s", async (cell, message) => {
    using notebook = await twoModels();
    await expect(notebook.run(cell)).rejects.toMatchObject({ message });
  });
});

function withPackage(notebook: Notebook, version: string): void {
  mkdirSync(join(notebook.folder, "node_modules", "ms"), { recursive: true });
  const description = JSON.stringify({ name: "ms", version, main: "index.js" });
  writeFileSync(join(notebook.folder, "node_modules/ms/package.json"), description);
  writeFileSync(join(notebook.folder, "node_modules/ms/index.js"), "exports.ms = String;");
}
