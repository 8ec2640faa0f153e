import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { Build, RRef } from "../../../core/index.ts";
import { typescriptView } from "../../../magics/typescript.ts";
import { options } from "../support/cells.ts";
import { Notebook } from "../support/notebook.ts";
import { quickstart, steady } from "../support/quickstart.ts";

/** A notebook with stages whose realizers fail, so that only hands can make them. */
async function byHand(): Promise<Notebook> {
  const notebook = new Notebook();
  await notebook.run('import { writeFile } from "node:fs/promises";');
  const fails = "export default () => { throw new Error('the realizer ran'); };";
  await notebook.run(`%%stage digits\nexport const config = { table: self("table.csv") };\n${fails}`);
  await notebook.run(`%%stage model\nexport const config = { digits, file: self("file") };\n${fails}`);
  await notebook.run(
    `%%stage report\nexport const config = { model };\nexport default async (build) => { await writeFile(build.path("r"), "r"); };`,
  );
  return notebook;
}

const built = (notebook: Notebook, name = "build"): Build => notebook.value(name) as Build;
const cardOf = (notebook: Notebook): string =>
  steady(String(notebook.output.displays.at(-1)?.at(-1)?.["text/plain"])).replace(
    /\/\S*\/tmp\/\S*/gu,
    "<folder>",
  );

describe("%pause", () => {
  it("binds the build of a stage, and shows its folder, its promises and what to do next", async () => {
    using notebook = await quickstart();
    await notebook.run("%pause classifier");
    expect(cardOf(notebook)).toBe(
      [
        "classifier  (held by hand · 1 promise not kept yet)",
        "classifier  01234567",
        "  folder  <folder>",
        "  promised  · metrics.json (not there yet)",
        "  made from  digits 01234567",
        "  in it",
        "    (empty)",
        "next",
        '  build.path("file")  is a place in the folder; .config .lens .exec() .log() .display() are as in a realizer',
        "  %resume  checks the promises, publishes, and goes on",
        "  %resume rref  takes a realization that there is instead",
        "  %cancel  gives it up",
        "  %pause  shows this again, as it is then",
      ].join("\n"),
    );
    const build = built(notebook);
    expect(build.config).toMatchObject({ lr: 0.1 });
    expect(existsSync(build.out)).toBe(true);
    await notebook.run("%cancel");
    expect(existsSync(build.out)).toBe(false);
  });

  it("shows it again without an argument, as it is then", async () => {
    using notebook = await quickstart();
    await notebook.run("%pause classifier");
    await notebook.run('await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy: 1 }));');
    const text = steady(await notebook.text("%pause"));
    expect(text).toContain("classifier  (held by hand)\n");
    expect(text).toContain("promised  ✓ metrics.json");
    expect(text).toContain('metrics.json  14 B  { "accuracy": 1 }');
    expect(text).toContain("%resume  publishes what is in the folder, and goes on");
    const { "text/html": html } = notebook.output.displays[0]?.[0] ?? {};
    expect(html).toContain('<span class="l-good">✓</span> <code>metrics.json</code>');
    await notebook.run("%cancel");
  });

  it("goes on across cells: what is in the folder is published, by hand, and the result is bound", async () => {
    using notebook = await quickstart();
    await notebook.run("%pause classifier --as b");
    await notebook.run('await writeFile(b.path("metrics.json"), JSON.stringify({ accuracy: b.config.lr }));');
    const said = await notebook.run(
      'await b.exec("echo", ["by a command"]); b.display({ "text/plain": "a plot" });',
    );
    expect(said.stdout.join("")).toBe("by a command\n");
    expect(said.displays.at(-1)?.at(-1)?.["text/plain"]).toBe("a plot");
    await notebook.run("%resume --as r");
    expect(cardOf(notebook)).toMatch(/^classifier {2}01234567 {2}\(realization\) {2}built 2 · /u);
    expect(cardOf(notebook)).toContain("by anna@laptop by hand");
    expect(cardOf(notebook)).toContain("printed\n  by a command\n");
    const { store } = notebook.session;
    expect(store.log(notebook.value("r") as RRef)).toBe("by a command\n");
    expect(await notebook.text("%outcomes classifier")).toMatch(/^chosen, by hand/mu);
    const again = (await notebook.run("%realize classifier")).displays.map(
      (states) => states.at(-1)?.["text/plain"],
    );
    expect(again).toEqual([expect.stringContaining("reused, built nothing"), "a plot"]);
  });

  it("says what is missing, still held, with nothing lost", async () => {
    using notebook = await quickstart();
    await notebook.run("%pause classifier");
    await writeFile(built(notebook).path("notes"), "hours");
    await expect(notebook.run("%resume")).rejects.toThrow(
      'Cannot resume "classifier": its config promises artifacts that are not there yet: metrics.json',
    );
    expect(cardOf(notebook)).toContain("(held by hand · 1 promise not kept yet)");
    expect(cardOf(notebook)).toContain("notes  5 B");
    await writeFile(built(notebook).path("metrics.json"), '{ "accuracy": 1 }');
    await notebook.run("%resume");
    expect(notebook.session.paused).toBeUndefined();
  });

  it("holds stages that the target depends on, one after the other or together", async () => {
    using notebook = await byHand();
    await notebook.run("%pause report --at digits,model");
    const builds = (): Record<string, Build> => notebook.value("build") as Record<string, Build>;
    expect(Object.keys(builds())).toEqual(["digits"]);
    expect(cardOf(notebook)).toContain('build.digits.path("file")'.replace("build.digits", "build"));
    await writeFile(builds()["digits"]?.path("table.csv") ?? "", "x");
    await notebook.run("%resume");
    expect(Object.keys(builds())).toEqual(["model"]);
    expect(cardOf(notebook)).toContain("made from  digits 01234567");
    await writeFile(builds()["model"]?.path("file") ?? "", "x");
    await notebook.run("%resume --as r");
    expect(notebook.value("r")).toMatch(/-report$/u);
  });

  it("takes an existing realization instead", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize digits --as old");
    await notebook.run("%pause classifier --at digits\n");
    await notebook.run("%resume old");
    expect(cardOf(notebook)).toMatch(/^classifier/u);
    const { store } = notebook.session;
    expect(store.realizations((notebook.value("build") as Build).dref)).toHaveLength(1);
  });

  it("takes over what the last run left that failed, and gives it back on %cancel", async () => {
    using notebook = new Notebook();
    await notebook.run('import { writeFile } from "node:fs/promises";');
    await notebook.run(`%%stage broken
export const config = { a: self("a"), b: self("b") };
export default async (build) => { await writeFile(build.path("a"), "hours"); throw new Error("no"); };`);
    await expect(notebook.run("%pause broken --failed")).rejects.toThrow(
      'Cannot take over a run of "broken": nothing was kept of any that failed or was interrupted',
    );
    await expect(notebook.run("%realize broken")).rejects.toThrow("no");
    const [folder = ""] = notebook.session.store.failedFolders(await drefOf(notebook, "broken"));
    await notebook.run("%pause broken --failed");
    expect(readFileSync(join(built(notebook).out, "a"), "utf8")).toBe("hours");
    await notebook.run("%cancel");
    await notebook.run(`%pause broken --from ${folder}`);
    await writeFile(built(notebook).path("b"), "");
    await notebook.run("%resume --as r");
    expect(notebook.value("r")).toMatch(/^rref:/u);
  });

  it("keeps what an interrupted stage had made, says where, and goes on with it", async () => {
    using notebook = new Notebook();
    await notebook.run('import { writeFile } from "node:fs/promises";');
    await notebook.run(`%%stage slow
export const config = { file: self("file") };
export default async (build) => {
  await writeFile(build.path("file"), "an hour of work");
  const stopped = new Promise((_, no) => build.signal.addEventListener("abort", () => no(build.signal.reason)));
  globalThis.interrupt();
  await stopped;
};`);
    const realNow = Date.now.bind(Date);
    const interrupt = (): void => {
      vi.spyOn(Date, "now").mockImplementation(() => realNow() + 60_000);
      notebook.interrupt();
    };
    Object.assign(globalThis, { interrupt });
    await expect(notebook.run("%realize slow")).rejects.toMatchObject({ code: "cancelled" });
    vi.restoreAllMocks();
    const text = String(notebook.output.displays.at(-1)?.at(-1)?.["text/plain"]);
    expect(text).toMatch(
      /What slow had made so far is kept, with its log: \S*failed-slow-\S* \(%log slow shows it, %pause slow --failed goes on with it\)/u,
    );
    expect(await notebook.text("%log slow")).toContain("was interrupted, begun");
    await notebook.run("%pause slow --failed");
    await notebook.run("%resume");
    expect(notebook.session.paused).toBeUndefined();
  });

  it("is not dropped by an interrupt of a cell", async () => {
    using notebook = await quickstart();
    await notebook.run("%pause classifier");
    const cell = notebook.run("await new Promise((resolve) => setTimeout(resolve, 50));");
    notebook.interrupt();
    await cell;
    expect(notebook.session.paused?.isHeld).toBe(true);
    expect(await notebook.text("%pause")).toContain("held by hand");
    await notebook.run("%cancel");
  });

  it("tells another cell that waits for it what to do", async () => {
    using notebook = await quickstart();
    await notebook.run("%pause classifier");
    const waiting = notebook.run("%realize classifier");
    const shown = (): string => String(notebook.output.displays.at(-1)?.at(-1)?.["text/plain"]);
    await vi.waitFor(
      () => expect(shown()).toContain("held by hand here: interrupt this, then %resume or %cancel"),
      { timeout: 20_000 },
    );
    notebook.interrupt();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
    await notebook.run("%cancel");
  });

  it.each([
    ["%pause 5", 'Cannot pause "5": it is no stage, closure or derivation'],
    ["%pause", 'Cannot show what is held: nothing is. "%pause stage" holds the build of a stage'],
    ["%resume", 'Cannot resume: nothing is held. "%pause stage" holds the build of a stage'],
    ["%cancel", "Cannot cancel: nothing is held"],
    ["%pause clasifier", 'Cannot run %pause: "clasifier" is not defined. Did you mean "classifier"?'],
    ["%pause classifier --at digit", 'does not depend on it as things stand. Did you mean "digits"?'],
    ["%pause classifier --from /nowhere", 'Cannot take over "/nowhere"'],
  ])("says of %s what is wrong", async (cell, message) => {
    using notebook = await quickstart();
    await expect(notebook.run(cell)).rejects.toThrow(message);
    expect(notebook.session.paused).toBeUndefined();
  });

  it("holds one realization at a time, and is resumed with realizations only", async () => {
    using notebook = await quickstart();
    await notebook.run("%pause classifier");
    await expect(notebook.run("%pause digits")).rejects.toThrow(
      'Cannot pause "digits": another realization is held already ("build"). %resume or %cancel it first',
    );
    await expect(notebook.run("%resume 5")).rejects.toThrow('Cannot resume with "5": it is no realization');
    await expect(notebook.run("%resume --at other")).rejects.toThrow('Cannot resume "other"');
    await notebook.run("%realize digits --as r");
    await expect(notebook.run("%resume r")).rejects.toThrow("it is a realization of another derivation");
    await notebook.run("%cancel");
  });

  it("is free again when the rest failed", async () => {
    using notebook = await byHand();
    await notebook.run("%pause model --at digits");
    await writeFile(built(notebook).path("table.csv"), "x");
    await expect(notebook.run("%resume")).rejects.toThrow("the realizer ran");
    await expect(notebook.run("%resume")).rejects.toThrow("nothing is held");
    await notebook.run("%pause model");
    await notebook.run("%cancel");
  });
});

describe("the type of what %pause binds", () => {
  const epilogueOf = (cell: string): string => typescriptView(cell, options).epilogue;

  it("is the build of the stage", () => {
    expect(epilogueOf("%pause classifier")).toContain(
      "const __lightnix_held0_value = __lightnix_held0(classifier);",
    );
    expect(epilogueOf("%pause report --at digits --as d")).toMatch(
      /_value = __lightnix_held0\(digits\);\nexport declare var d: typeof __lightnix_held0_value;/u,
    );
  });

  it("is some build where no variable tells which, and an object of builds for several", () => {
    expect(epilogueOf("%pause report --at my-stage")).toContain(
      'undefined as unknown as import("lightnix").Build;',
    );
    expect(epilogueOf("%pause report --at a,b")).toContain(
      'Readonly<Record<string, import("lightnix").Build>>',
    );
    expect(epilogueOf("%pause")).toBe("");
  });

  it("is a realization where %resume binds it, with and without an expression", () => {
    for (const cell of ["%resume --as r", "%resume old --as r"]) {
      const { binds, epilogue } = typescriptView(cell, options);
      expect(binds).toEqual([{ name: "r", local: "r" }]);
      expect(epilogue).toContain('export declare var r: import("lightnix").RRef;');
    }
  });
});

async function drefOf(
  notebook: Notebook,
  name: string,
): Promise<Parameters<Notebook["session"]["store"]["failedFolders"]>[0]> {
  await notebook.run(`const ofStage = (await instantiate(${name})).dref;`);
  return notebook.value("ofStage") as never;
}
