import { describe, expect, it } from "vitest";
import { Notebook } from "../support/notebook.ts";
import { quickstart, steady } from "../support/quickstart.ts";

const lines = (text: string): string[] => steady(text).split("\n");

describe("%graph", () => {
  it("shows what a stage depends on as an indented tree, and what would be reused", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize digits");
    expect(lines(await notebook.text("%graph classifier"))).toEqual([
      "classifier  01234567  1 would run, 1 reused",
      "▸ classifier  would run",
      "  ✓ digits  reused",
    ]);
    await notebook.run("%realize classifier --outcomes 2");
    expect(lines(await notebook.text("%graph classifier"))).toEqual([
      "classifier  01234567  would reuse everything",
      "✓ classifier  reused, 2 outcomes",
      "  ✓ digits  reused",
    ]);
  });

  it("draws each stage in the colour of its state, the stage itself with a thick border, addresses in titles", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize digits");
    const html = await notebook.html("%graph classifier");
    expect(html).toMatch(
      /class="l-node l-acc l-target"[^>]*> <title>dref:[0-9a-f]{32}-classifier\nwould run<\/title>/u,
    );
    expect(html).toMatch(/class="l-node l-good"[^>]*> <title>dref:[0-9a-f]{32}-digits/u);
    expect(html.match(/class="l-edge"/gu)).toHaveLength(1);
  });

  it("writes nothing into the store", async () => {
    using notebook = await quickstart();
    await notebook.text("%graph classifier");
    expect(notebook.session.store.derivations()).toEqual([]);
  });

  it("tells stages of one name apart, and makes one node of many", async () => {
    using notebook = await quickstart();
    await notebook.run("const few = sweep(classifier, { lr: [0.1, 0.2] });");
    expect(lines(await notebook.text("%graph few"))).toEqual([
      "2 stages  3 would run",
      "▸ classifier  lr 0.1 · would run",
      "  ▸ digits  would run",
      "▸ classifier  lr 0.2 · would run",
      "  ▸ digits  would run",
    ]);
    await notebook.run("const many = sweep(classifier, { lr: [0.1, 0.2, 0.3, 0.4, 0.5] });");
    await notebook.run("%realize classifier");
    expect(lines(await notebook.text("%graph many"))).toEqual([
      "5 stages  4 would run, 2 reused",
      "▸ classifier  5 by lr: 4 would run, 1 reused",
      "  ✓ digits  reused",
    ]);
    expect(lines(await notebook.text("%graph many --unfold"))).toHaveLength(11);
    expect(await notebook.html("%graph many")).toContain('class="l-under"');
  });

  it("shows what failed, with the reason, and what is held", async () => {
    using notebook = await quickstart();
    await notebook.run(
      "const failing = stage({ name: 'failing', config: { digits }, onFailure: 'record', realize: () => { throw new Error('out of luck'); } });",
    );
    await notebook.run("await realize(failing).catch(() => {});");
    const text = await notebook.text("%graph failing");
    expect(text).toContain("1 failed, 1 reused");
    expect(text).toMatch(
      /^✗ failing {2}failed, .*: it failed before: .*out of luck|^✗ failing {2}failed: it failed before: .*out of luck/mu,
    );
    await notebook.run("%pause classifier");
    expect(await notebook.text("%graph classifier")).toContain("‖ classifier  held");
    await notebook.run("%cancel");
    expect(await notebook.text("%graph classifier")).toContain("▸ classifier  would run");
  });

  it("shows once what several depend on, and of very many those that are nearest", async () => {
    using notebook = new Notebook();
    await notebook.run(`const base = stage({ name: "base", config: { deep: stage({ name: "deep", config: {}, realize() {} }) }, realize() {} });
const left = stage({ name: "left", config: { base }, realize() {} });
const top = stage({ name: "top", config: { base, left }, realize() {} });`);
    expect(lines(await notebook.text("%graph top")).slice(1)).toEqual([
      "▸ top  would run",
      "  ▸ left  would run",
      "    ▸ base  would run",
      "      ▸ deep  would run",
      "  ▸ base  would run (above)",
    ]);
    await notebook.run(`let chain = base;
for (let n = 0; n < 400; n++) chain = stage({ name: "step", config: { chain, n }, realize() {} });`);
    const text = await notebook.text("%graph chain");
    expect(text).toContain(
      "shows the 160 of 402 stages that are nearest to the end; 242 more are what these depend on",
    );
    const html = await notebook.html("%graph chain");
    expect(html.match(/class="l-node/gu)).toHaveLength(161);
    expect(html).toContain(">242 more</text>");
    expect(html.length).toBeLessThan(200_000);
  });

  it("takes realizations, derivations, closures and lenses", async () => {
    using notebook = await quickstart();
    await notebook.run("const rref = await realize(classifier);");
    for (const expression of [
      "rref",
      String(notebook.value("rref")),
      "lens(rref)",
      "await instantiate(classifier)",
    ])
      expect(await notebook.text(`%graph ${expression}`)).toContain("✓ classifier  reused");
  });

  it("refuses what is no stage", async () => {
    using notebook = new Notebook();
    await expect(notebook.run("%graph 3")).rejects.toMatchObject({
      code: "no-stage",
      message: 'Cannot draw "3": it is no stage, sweep, closure, derivation or realization',
    });
    await expect(notebook.run("%graph []")).rejects.toThrow("there is no stage among the targets");
  });
});
