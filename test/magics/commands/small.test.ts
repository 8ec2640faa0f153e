import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Notebook } from "../support/notebook.ts";
import { quickstart, steady } from "../support/quickstart.ts";

describe("%log", () => {
  it("shows what the realizer of a stage or realization printed", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize digits --as r");
    expect(steady(await notebook.text("%log r"))).toBe("digits  01234567  (log, 1 line)\nwriting 3");
    expect(await notebook.text("%log digits")).toContain("writing 3");
  });

  it("takes the newest where the matcher takes none", async () => {
    using notebook = await quickstart();
    await notebook.run(
      "const strict = stage({ ...classifier, matcher: only() });\n%realize classifier --new 2",
    );
    expect(await notebook.text("%log strict")).toMatch(/run [01]$/u);
  });

  it("shows what was displayed where it stood among what was printed", async () => {
    using notebook = new Notebook();
    await notebook.run(
      '%%stage plot\nexport const config = {};\nexport default (build) => { console.log("before"); build.display({ "text/plain": "a plot" }); console.log("after"); };\n',
    );
    await notebook.run("%realize plot");
    const { displays } = await notebook.run("%log plot");
    expect(displays.map((states) => steady(String(states.at(-1)?.["text/plain"])))).toEqual([
      "plot  01234567  (log, 2 lines, 1 display)",
      "before",
      "a plot",
      "after",
    ]);
  });

  it("shows what a failed run printed and displayed where there is no realization, and else when asked", async () => {
    using notebook = new Notebook();
    await notebook.run(
      `%%stage broken --open
export const config = {};
export default (build) => { console.log("as far as this"); build.display({ "text/plain": "a plot" }); if (globalThis.isGood !== true) throw new Error("no"); };`,
    );
    await expect(notebook.run("%log broken --failed")).rejects.toThrow(
      'Cannot show the log of "broken": nothing was kept of any run that failed or was interrupted',
    );
    await expect(notebook.run("%realize broken")).rejects.toThrow("no");
    const shown = async (cell: string) =>
      (await notebook.run(cell)).displays.map((states) => steady(String(states.at(-1)?.["text/plain"])));
    const failed = [
      "broken  01234567  (log, 1 line, 1 display)  failed, begun just now\nno",
      "as far as this",
      "a plot",
    ];
    expect(await shown("%log broken")).toEqual(failed);
    await notebook.run("globalThis.isGood = true;\n%realize broken");
    expect(await shown("%log broken")).toEqual([
      "broken  01234567  (log, 1 line, 1 display)",
      "as far as this",
      "a plot",
    ]);
    expect(await shown("%log broken --failed")).toEqual(failed);
  });

  it("says when there is nothing to show", async () => {
    using notebook = await quickstart();
    await expect(notebook.run("%log digits")).rejects.toThrow(
      'Cannot show the log of "digits": it has no realization yet',
    );
    await expect(notebook.run("%log 5")).rejects.toThrow(
      'Cannot show the log of "5": it is no realization, stage or derivation',
    );
  });
});

describe("%store", () => {
  it("says of a store that is new that it is empty", async () => {
    using notebook = new Notebook();
    expect(await notebook.text("%store ./typo")).toMatch(
      /typo\na new, empty store: nothing was ever realized here$/u,
    );
  });

  it("shows where the store is and what is in it", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier --outcomes 2");
    expect(await notebook.text("%store")).toBe(
      [
        `store  ${notebook.session.store.root}`,
        "2 derivations, 3 realizations, 63 B",
        "",
        "name        derivations  realizations  size  last built",
        "──────────  ───────────  ────────────  ────  ──────────",
        "classifier            1             2  51 B  just now",
        "digits                1             1  12 B  just now",
      ].join("\n"),
    );
  });

  it("uses the store in another folder, relative to the notebook", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize digits");
    expect(await notebook.text('%store "other place"')).toContain("a new, empty store");
    expect(notebook.session.store.root).toBe(join(notebook.folder, "other place"));
    expect(await notebook.text("%realize digits")).toContain("built 1");
  });

  it("keeps the store when the other place is none", async () => {
    using notebook = await quickstart();
    const { root } = notebook.session.store;
    writeFileSync(join(notebook.folder, "cat.png"), "");
    await expect(notebook.run("%store cat.png")).rejects.toMatchObject({ code: "not-a-store" });
    expect(notebook.session.store.root).toBe(root);
  });
});

describe("%check", () => {
  it("says and sets what type errors do", async () => {
    using notebook = new Notebook();
    expect((await notebook.run("%check")).stdout).toEqual([
      "check is strict: a cell with type errors does not run\n",
    ]);
    await notebook.run("%check warn");
    expect(notebook.session.check).toBe("warn");
    await expect(notebook.run("%check of")).rejects.toThrow('Did you mean "off"?');
  });
});

describe("%lsmagic and help", () => {
  it("lists every magic with its summary", async () => {
    using notebook = new Notebook();
    const text = await notebook.text("%lsmagic");
    for (const name of "%check %lens %log %lsmagic %outcomes %realize %%stage %store".split(" ")) {
      expect(text).toMatch(new RegExp(`^${name} +[a-z]`, "mu"));
    }
  });

  it("shows the help of a magic from its declaration", async () => {
    using notebook = new Notebook();
    const [usage, summary, ...rest] = (await notebook.text("%outcomes?")).split("\n");
    expect(usage).toBe(
      '%outcomes expression [--all] [--by metric] [--top N] [--group field,...] [--where "accuracy>0.9"] [--plot x y [colour]] [--metrics file,...] [--csv file]',
    );
    expect(summary).toBe("every realization of a stage with its metrics, and which ones count");
    expect(rest.join("\n")).toMatch(/^ {2}--by metric +the column to sort by$/mu);
    expect(rest).toContain("  %outcomes classifier --by loss --top 5");
    expect(await notebook.text("%%stage?")).toContain("%%stage name [--outs N]");
  });
});
