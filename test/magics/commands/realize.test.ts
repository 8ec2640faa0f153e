import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RRef } from "../../../core/index.ts";
import type { MimeBundle } from "../../../magics/host.ts";
import { Notebook } from "../support/notebook.ts";
import type { Output } from "../support/notebook.ts";
import { quickstart, steady } from "../support/quickstart.ts";

describe("%realize", () => {
  it("ends as the view of the realization and says what it built", async () => {
    using notebook = await quickstart();
    expect(steady(await notebook.text("%realize classifier"))).toBe(
      [
        "classifier  01234567  (realization)  built 2 · 5 ms",
        "digits built in 5 ms · classifier built in 5 ms",
        "built just now (2026-01-02 03:04) · took 5 ms · 25 B · by anna@laptop",
        "printed",
        "  run 0",
        "config",
        "  digits  digits 01234567",
        "  lr  0.1",
        "  metrics  → metrics.json",
        "made from",
        "  digits  01234567",
        "artifacts",
        '  metrics.json  25 B  { "accuracy": 0.9, "loss": 0 }',
        "<folder>",
      ].join("\n"),
    );
  });

  it("updates one display from the plan to the result", async () => {
    using notebook = await quickstart();
    const { displays } = await notebook.run("%realize classifier");
    expect(displays).toHaveLength(1);
    expect(displays[0]?.[0]?.["text/plain"]).toMatch(/^classifier {2}\w+ {2}running · 0 of 2 stages/u);
  });

  it("says that it built nothing the second time, and in another session", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    expect(await notebook.text("%realize classifier")).toContain(
      "reused, built nothing\ndigits reused · classifier reused",
    );
  });

  it("makes new outcomes with --new and shows them beside the chosen one", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    const text = await notebook.text("%realize classifier --new 3");
    expect(text).toMatch(/^built 3, reused 1 · .*\ndigits reused · classifier built in/u);
    expect(text).toContain('4 outcomes, 1 chosen by best("metrics.json", accuracy)');
    expect(text.match(/^new {5}/gmu)).toHaveLength(3);
    expect(notebook.session.store.realizations(drefOf(await bound(notebook)))).toHaveLength(4);
  });

  it("makes what is missing with --outcomes, and then nothing", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    expect(await notebook.text("%realize classifier --outcomes 3")).toMatch(/^built 2, reused 1/u);
    const again = await notebook.text("%realize classifier --outcomes 3");
    expect(again).toMatch(/^reused, built nothing/u);
    expect(again).toContain("3 outcomes, 1 chosen");
  });

  it("binds the result with --as: one realization, or all that the matcher takes", async () => {
    using notebook = await quickstart();
    expect(await bound(notebook)).toMatch(/^rref:.*-classifier$/u);
    await notebook.run(
      "const many = stage({ ...classifier, matcher: all() });\n%realize many --new 1 --as rrefs",
    );
    expect(notebook.value("rrefs")).toHaveLength(2);
  });

  it("says what would run with --dry-run, and runs nothing", async () => {
    using notebook = await quickstart();
    expect(steady(await notebook.text("%realize classifier --dry-run"))).toBe(
      "classifier  01234567  would run 2, reuse 0\n· would run  digits  01234567  never realized\n· would run  classifier  01234567  never realized",
    );
    await notebook.run("%realize digits");
    expect(await notebook.text("%realize classifier --dry-run")).toContain("would run 1, reuse 1");
  });

  it("says why each stage would run, and in the live view why it runs", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    const slow =
      "realize: async (build) => { await new Promise((done) => setTimeout(done, 400)); build.log('x'); }";
    await notebook.run(
      `const made = (lr) => stage({ name: 'made', config: { digits, lr, a: 1, b: 1, c: 1 }, ${slow} });`,
    );
    await notebook.run("await realize(made(0.1));");
    expect(await notebook.text("%realize made(0.01) --dry-run")).toMatch(
      /would run {2}made +\w{8} +lr 0\.1 -> 0\.01$/u,
    );
    const changed = "stage({ ...made(0.2), config: { lr: 2, a: 2, b: 2, c: 2 } })";
    expect(await notebook.text(`%realize ${changed} --dry-run`)).toContain(
      "a 1 -> 2, b 1 -> 2, c 1 -> 2 and 2 more",
    );
    const { displays } = await notebook.run("%realize made(0.01)");
    const states = displays.flat().map((bundle) => String(bundle["text/plain"]));
    expect(states.some((text) => /running +made .*· lr 0\.1 -> 0\.01/u.test(text))).toBe(true);
    expect(states.at(-1)).not.toContain("->");
  });

  it("runs again with --force", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    expect(await notebook.text("%realize classifier --force")).toContain("built 1, reused 1");
  });

  it("says of a new outcome whether it was chosen, above the card of the one that is", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    expect(steady(await notebook.text("%realize classifier --force"))).toContain(
      "classifier built in 5 ms · new outcome 01234567, accuracy 0.89, not chosen\n",
    );
    const newest = "const newest = stage({ ...classifier, matcher: latest() });";
    expect(steady(await notebook.text(`${newest}\n%realize newest --new 1`))).toContain(
      "new outcome 01234567, chosen\n",
    );
  });

  it("shows the end of a long log as far as it can be seen without scrolling", async () => {
    using notebook = new Notebook();
    await notebook.run(
      "%%stage broken\nexport const config = {};\nexport default () => { for (let i = 0; i < 100; i++) console.log(`line ${i} ${'x'.repeat(150)}`); throw new Error('no'); };",
    );
    await expect(notebook.run("%realize broken")).rejects.toThrow("no");
    const { "text/html": html } = notebook.output.displays.at(-1)?.at(-1) ?? {};
    expect(html).toContain("l-whole");
    expect(html).toContain("line 99 ");
    expect(html).toContain("line 90 ");
    expect(html).not.toContain("line 89 ");
  });

  it.each([
    ["modle", 'Cannot run %realize: "modle" is not defined. Did you mean "model"?'],
    ["modle --new 2", 'Did you mean "model"?'],
    ["tabel", 'Did you mean "table"?'],
    [
      "xyzzy",
      'Cannot run %realize: "xyzzy" is not defined. Run the cell that defines it first, or correct the name',
    ],
    ["model 5", 'Cannot run %realize: "5" is one word too many behind "model". Did you mean --new 5?'],
    ["model extra", '"extra" is one word too many behind "model". Its flags are --new --outcomes --force'],
    ["model # x", '"#" is one word too many behind "model". A comment begins with //'],
  ])("says of %s what was meant", async (text, message) => {
    using notebook = new Notebook();
    await notebook.run("const table = 1;");
    await notebook.run("%%stage model\nexport const config = {};\nexport default () => {};");
    await expect(notebook.run(`%realize ${text}`)).rejects.toThrow(message);
  });

  it("says how its result is bound to a variable", async () => {
    using notebook = await quickstart();
    for (const cell of ["const r = %realize digits;", "// x\nr = await %realize digits"]) {
      await expect(notebook.run(cell)).rejects.toThrow(
        'Cannot assign %realize to "r": a magic stands on a line of its own. Write: %realize digits --as r',
      );
    }
    await expect(notebook.run("const r = %lens digits")).rejects.toThrow(
      "It shows something and has no value",
    );
  });

  it("shows what a realizer displays", async () => {
    using notebook = new Notebook();
    await notebook.run(
      '%%stage plot\nexport const config = {};\nexport default (build) => { build.display({ "text/plain": "a plot" }); };',
    );
    const { displays } = await notebook.run("%realize plot");
    expect(displays.map((states) => states.at(-1)?.["text/plain"])).toContain("a plot");
  });

  it("shows what it displayed and printed once more when it reuses", async () => {
    using notebook = await plotted();
    const first = shownIn(await notebook.run("%realize plot"));
    const again = shownIn(await notebook.run("%realize plot"));
    expect(first.displays).toEqual(["epoch 2 of 2", "<b>done</b>"]);
    expect(again.displays).toEqual(first.displays);
    expect(again.card).toContain("reused, built nothing");
    // Apart from what happened just now, the two cards are the same.
    const rest = (card: string): string => steady(card).split("\n").slice(1).join("\n");
    expect(rest(again.card)).toBe(rest(first.card));
    expect(again.card).toContain("printed\n  … 4 lines before\n  line 5\n");
  });

  it("counts all the lines before those that it shows, also when there are too many to be opened", async () => {
    using notebook = new Notebook();
    await notebook.run(`%%stage wordy
export const config = {};
export default (build) => { for (let i = 0; i < 1000; i++) build.log("line " + i); };`);
    expect(shownIn(await notebook.run("%realize wordy")).card).toContain(
      "printed\n  … 994 lines before\n  line 994\n",
    );
  });

  it("takes the address of a derivation, as text or as it stands", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize digits --as r");
    const [dref = ""] = notebook.session.store.derivations();
    expect(await notebook.text(`%realize "${dref}"`)).toContain("reused, built nothing");
    expect(await notebook.text(`%realize ${dref} --jobs 1`)).toContain("reused, built nothing");
    await expect(notebook.run(`%realize ${dref}x`)).rejects.toMatchObject({ code: "unknown-derivation" });
  });

  it("leaves that out with --no-replay", async () => {
    using notebook = await plotted();
    await notebook.run("%realize plot");
    const { displays, card } = shownIn(await notebook.run("%realize plot --no-replay"));
    expect(displays).toEqual([]);
    expect(card).not.toContain("printed");
  });

  it("shows of several outcomes what each showed in a fold", async () => {
    using notebook = await plotted();
    const { displays } = await notebook.run("%realize plot --outcomes 2");
    const html = String(displays[0]?.at(-1)?.["text/html"]);
    expect(html.match(/<summary> <code class="l-hash"/gu)).toHaveLength(2);
    expect(html).toContain('<img src="data:image/png;base64,iVBORw==" alt="" />');
    expect(html).not.toContain("<b>done</b>");
  });

  it("clears what a realizer takes back, and goes on with its own view", async () => {
    using notebook = new Notebook();
    await notebook.run(`%%stage cleared
export const config = {};
export default (build) => {
  build.display({ "text/plain": "first" });
  clearShown();
  build.display({ "text/plain": "second" });
};`);
    const { displays, card } = shownIn(await notebook.run("%realize cleared"));
    expect(displays).toEqual(["second"]);
    expect(card).toContain("built 1");
    expect(shownIn(await notebook.run("%realize cleared")).displays).toEqual(["second"]);
  });

  it("says when the displays of a realization cannot be read, and shows it all the same", async () => {
    using notebook = await plotted();
    await notebook.run("%realize plot --as r");
    const path = join(notebook.session.store.path(notebook.value("r") as RRef), "__display__.json");
    chmodSync(path, 0o644);
    writeFileSync(path, "{");
    const output = await notebook.run("%realize plot");
    expect(output.stderr.join("")).toContain("it does not say what was displayed");
    expect(shownIn(output).card).toContain("reused, built nothing");
  });

  it("keeps the view of a failure with the end of the log, and throws", async () => {
    using notebook = new Notebook();
    await notebook.run(
      '%%stage broken\nexport const config = {};\nexport default () => { console.log("batch 2"); throw new RangeError("the loss is NaN"); };',
    );
    await expect(notebook.run("%realize broken --as r")).rejects.toMatchObject({
      code: "build-failed",
      cause: expect.objectContaining({ message: "the loss is NaN" }),
    });
    const text = String(notebook.output.displays.at(-1)?.at(-1)?.["text/plain"]);
    expect(text).toMatch(/failed after/u);
    expect(text).toContain("broken: RangeError: the loss is NaN\n  | batch 2");
    // The error of the cell says where.
    expect(text).not.toContain("failed-broken");
    expect(notebook.value("r")).toBeUndefined();
  });

  it("stops at an interrupt and says so", async () => {
    using notebook = new Notebook();
    await notebook.run(
      "%%stage endless\nexport const config = {};\nexport default (build) => new Promise((_, no) => { build.signal.addEventListener('abort', () => no(build.signal.reason)); globalThis.interrupt(); });",
    );
    Object.assign(globalThis, { interrupt: () => void setTimeout(() => notebook.interrupt()) });
    await expect(notebook.run("%realize endless")).rejects.toMatchObject({ code: "cancelled" });
    expect(notebook.output.displays.at(-1)?.at(-1)?.["text/plain"]).toMatch(
      /interrupted after .*; finished work is kept/u,
    );
  });

  it("works in the middle of other code, on its local names", async () => {
    using notebook = await quickstart();
    const { displays } = await notebook.run("for (const one of [digits, classifier]) {\n  %realize one\n}");
    expect(displays).toHaveLength(2);
  });

  it("refuses what is no stage", async () => {
    using notebook = new Notebook();
    await expect(notebook.run("%realize 5 + 5")).rejects.toThrow(
      'Cannot realize "5 + 5": it is no stage, closure, sweep or derivation',
    );
  });

  it("says that a realization is one already", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize digits --as made");
    await expect(notebook.run("%realize made")).rejects.toThrow(
      'Cannot realize "made": it is no stage, closure, sweep or derivation. It is a realization already: %lens made shows it',
    );
  });
});

/** A notebook with a stage that prints and displays. */
async function plotted(): Promise<Notebook> {
  const notebook = new Notebook();
  await notebook.run('import { writeFile } from "node:fs/promises";');
  await notebook.run(`%%stage plot
export const config = {};
export const matcher = latest();
export default async (build) => {
  const shown = build.display({ "text/plain": "epoch 1 of 2" });
  for (let line = 1; line <= 10; line++) console.log("line", line);
  shown.update({ "text/plain": "epoch 2 of 2", "image/png": new Uint8Array([0x89, 0x50, 0x4e, 0x47]) });
  build.display({ "text/html": "<b>done</b>" });
  await writeFile(build.path("random"), String(Math.random()));
};`);
  return notebook;
}

/** The card, and what is shown besides in its last states. */
function shownIn({ displays }: Output): { card: string; displays: unknown[] } {
  const last = displays.map((states) => states.at(-1) ?? {});
  const isCard = (one: MimeBundle): boolean => String(one["text/html"]).includes('class="lnx ');
  return {
    card: String(last.find(isCard)?.["text/plain"]),
    displays: last.filter((one) => !isCard(one)).map((one) => one["text/plain"] ?? one["text/html"]),
  };
}

async function bound(notebook: Notebook): Promise<RRef> {
  await notebook.run("%realize classifier --as r");
  return notebook.value("r") as RRef;
}

function drefOf(rref: RRef): Parameters<Notebook["session"]["store"]["realizations"]>[0] {
  const [, , dhash, name] = /^rref:(\w+)-(\w+)-(.*)$/u.exec(rref) ?? [];
  return `dref:${dhash}-${name}` as Parameters<Notebook["session"]["store"]["realizations"]>[0];
}
