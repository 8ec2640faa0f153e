import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Notebook } from "../support/notebook.ts";
import { quickstart, steady } from "../support/quickstart.ts";

const model = (lr: number, epochs = 5): string => `%%stage model
import { a } from "./lib.mjs";
import { ms } from "ms";
export const config = { data, lr: ${lr} };
export default async (build) => {
  // trains
  for (let epoch = 0; epoch < ${epochs}; epoch++) build.log(ms(half(size) + a));
};`;

/** A notebook with a model that uses a dependency, a helper, data, a file and a package, all of it realized. */
async function realized(): Promise<Notebook> {
  const notebook = new Notebook();
  file(notebook, "lib.mjs", "export const a = 1;");
  withPackage(notebook, "1.0.0");
  await notebook.run("%%stage data\nexport const config = { rows: 10 };\nexport default () => {};");
  await notebook.run("function half(x) { return x / 2; }\nlet size = 8;");
  await notebook.run(model(0.1));
  await notebook.run("%realize model");
  return notebook;
}

function file(notebook: Notebook, path: string, text: string): void {
  writeFileSync(join(notebook.folder, path), text);
}

function withPackage(notebook: Notebook, version: string): void {
  mkdirSync(join(notebook.folder, "node_modules", "ms"), { recursive: true });
  file(notebook, "node_modules/ms/package.json", JSON.stringify({ name: "ms", version, main: "index.js" }));
  file(notebook, "node_modules/ms/index.js", "exports.ms = String;");
}

describe("%explain", () => {
  it("says that all would be reused", async () => {
    using notebook = await realized();
    expect(steady(await notebook.text("%explain model"))).toBe("model  01234567  would reuse everything");
  });

  it("says what was never realized", async () => {
    using notebook = await quickstart();
    expect(steady(await notebook.text("%explain classifier"))).toBe(
      [
        "classifier  01234567  would run 2, reuse 0",
        "",
        "▸ would run  digits  01234567",
        "    never realized",
        "",
        "▸ would run  classifier  01234567",
        "    never realized",
      ].join("\n"),
    );
    expect(notebook.session.store.derivations()).toEqual([]);
  });

  it("says that the last run failed, and of what", async () => {
    using notebook = new Notebook();
    await notebook.run(
      `%%stage broken --open
export const config = {};
export default () => { throw new RangeError("no such epoch"); };`,
    );
    await expect(notebook.run("%realize broken")).rejects.toThrow("no such epoch");
    expect(steady(await notebook.text("%explain broken"))).toBe(
      [
        "broken  01234567  would run 1, reuse 0",
        "",
        "▸ would run  broken  01234567",
        "    never realized",
        "The last run of broken, begun just now, failed: RangeError: no such epoch (%log broken --failed)",
      ].join("\n"),
    );
  });

  it("says what changed in config, code, helper, data, file and package, with the lines of code", async () => {
    using notebook = await realized();
    file(notebook, "lib.mjs", "export const a = 2;");
    withPackage(notebook, "1.1.0");
    await notebook.run("function half(x) { return x / 3; }\nsize = 9;");
    await notebook.run(model(0.01, 6).replace("// trains", "// trains for long"));
    expect(steady(await notebook.text("%explain model"))).toBe(
      [
        "model  01234567  would run 1, reuse 1",
        "",
        "▸ would run  model  01234567  against 01234567, built just now",
        "    lr 0.1 -> 0.01",
        "    captured size 8 -> 9",
        "    package ms 1.0.0 -> 1.1.0",
        "    its code changed (-1 +1)",
        '        import { a } from "./lib.mjs";',
        '        import { ms } from "ms";',
        "        export default async (build) => {",
        "      -  for (let epoch = 0; epoch < 5; epoch++) build.log(ms(half(size) + a));",
        "      +  for (let epoch = 0; epoch < 6; epoch++) build.log(ms(half(size) + a));",
        "        };",
        "    a of file lib.mjs changed (-1 +1)",
        "      - const a = 1;",
        "      + const a = 2;",
        "        export { a };",
        "    function half changed (-1 +1)",
        "      - function half(x) { return x / 2; }",
        "      + function half(x) { return x / 3; }",
        "",
        "1 would be reused: data",
      ].join("\n"),
    );
  });

  it("says what changed in a dependency once, and leads there", async () => {
    using notebook = await realized();
    await notebook.run("%%stage report\nexport const config = { model };\nexport default () => {};");
    await notebook.run("%realize report");
    await notebook.run("%%stage data\nexport const config = { rows: 20 };\nexport default () => {};");
    await notebook.run(model(0.1));
    await notebook.run("%%stage report\nexport const config = { model };\nexport default () => {};");
    expect(steady(await notebook.text("%explain report"))).toBe(
      [
        "report  01234567  would run 3, reuse 0",
        "",
        "▸ would run  data  01234567  against 01234567, built just now",
        "    rows 10 -> 20",
        "",
        "▸ would run  report  01234567  against 01234567, built just now",
        "    model changed, by way of data",
        "",
        "1 would run only because of what it depends on: model",
      ].join("\n"),
    );
    const html = await notebook.html("%explain report");
    const [, anchor = ""] = /href="#(lnx-why-[0-9a-f]{8})"/u.exec(html) ?? [];
    expect(html).toContain(`id="${anchor}"`);
  });

  it("says what changed in a dependency that would be reused", async () => {
    using notebook = await realized();
    await notebook.run("%%stage data\nexport const config = { rows: 20 };\nexport default () => {};");
    await notebook.run("%realize data");
    await notebook.run(model(0.1));
    expect(await notebook.text("%explain model")).toMatch(/\n {4}data changed\n {6}rows 10 -> 20\n/u);
  });

  it("says that another outcome of a dependency counts now, and what waits for it", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    await notebook.run("const tuned = stage({ ...classifier, name: 'tuned', config: { classifier } });");
    await notebook.run("%realize classifier --new 1");
    await notebook.run(
      "const user = stage({ name: 'user', config: { classifier: stage({ ...classifier, matcher: latest() }) }, realize: () => {} });",
    );
    await notebook.run("%realize user");
    await notebook.run("%realize classifier --new 1");
    expect(await notebook.text("%explain user")).toMatch(
      /another outcome of classifier counts: \w{8} -> \w{8}/u,
    );
  });

  it("says how many outcomes are asked for", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    expect(await notebook.text("%explain classifier --outcomes 3")).toContain(
      "3 outcomes are asked for, and there is 1",
    );
    expect(await notebook.text("%explain classifier --new 2")).toContain("2 new outcomes are asked for");
    expect(await notebook.text("%explain classifier --force")).toContain("a new outcome is asked for");
  });

  it("says what the matcher wants, what failed before, and by what version a stage is another one", async () => {
    using notebook = await quickstart();
    await notebook.run("const many = stage({ ...classifier, name: 'many', matcher: latest(2) });");
    await notebook.run("%realize many");
    await notebook.run("const more = stage({ ...many, matcher: latest(5) });");
    expect(await notebook.text("%explain more")).toMatch(
      /latest\(5\) wants 5 outcomes, and there (?:is|are) \d/u,
    );
    await notebook.run(
      "const failing = stage({ name: 'failing', config: {}, onFailure: 'record', realize: () => { throw new Error('out of luck'); } });",
    );
    await notebook.run("await realize(failing).catch(() => {});");
    expect(await notebook.text("%explain failing")).toContain("it failed before: ");
    await notebook.run("const versioned = stage({ ...digits, version: 2 });\nawait realize(digits);");
    expect(await notebook.text("%explain versioned")).toContain("version is new: 2");
  });

  it("says what changed of the environment that a stage asks for, and where what would be reused was made", async () => {
    using notebook = new Notebook();
    const cell =
      '%%stage asking\nexport const environment = ["LNX_ASKED"];\nexport const config = {};\nexport default () => {};';
    vi.stubEnv("LNX_ASKED", "one");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await notebook.text(cell)).toContain('LNX_ASKED (environment)  "one"');
    await notebook.run("%realize asking\nconst first = asking;");
    vi.stubEnv("LNX_ASKED", undefined);
    await notebook.run(cell);
    expect(await notebook.text("%explain asking")).toContain('environment: LNX_ASKED "one" -> unset');
    expect(await notebook.html("%explain asking")).toMatch(/<th[^>]*>environment<\/th>/u);
    const compared = await notebook.text("%compare first asking");
    expect(compared).toMatch(/environment\n {2}LNX_ASKED +"one" +unset/u);
    const arch = vi.spyOn(process, "arch", "get").mockReturnValue("none" as never);
    onTestFinished(() => arch.mockRestore());
    for (const shown of [await notebook.text("%explain first"), await notebook.html("%explain first")])
      expect(shown).toContain("(here linux-none)".replace("linux", process.platform));
    expect(await notebook.text("%explain asking")).toMatch(/against [0-9a-f]{8}, built .* with platform /u);
  });

  it("takes several stages, and derivations and realizations of the store", async () => {
    using notebook = await quickstart();
    await notebook.run("const rref = await realize(digits);");
    expect(await notebook.text("%explain rref")).toContain("would reuse everything");
    expect(await notebook.text("%explain [digits, classifier]")).toMatch(
      /^2 stages {2}would run 1, reuse 1/u,
    );
  });

  it("says first what of the stage is older than the notebook's names", async () => {
    using notebook = await realized();
    await notebook.run("function half(x) { return x / 3; }");
    const older = "model was defined with an older half: rerun its cell to use the new one";
    expect(await notebook.text("%explain model")).toContain(older);
    expect(await notebook.html("%explain model")).toContain(older);
  });

  it("refuses what cannot be realized", async () => {
    using notebook = new Notebook();
    await expect(notebook.run("%explain 3")).rejects.toMatchObject({
      code: "no-stage",
      message: 'Cannot explain "3": it is no stage, closure, derivation or realization',
    });
  });
});
