import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../core/canonical.ts";
import type { Json } from "../../../core/config.ts";
import { closureFromStore, instantiate, whyOpen, readArtifact, realize } from "../../../core/index.ts";
import type { Stage } from "../../../core/index.ts";
import { describeStage } from "../../../core/stage/describe.ts";
import { moduleSource } from "../../../core/stage/module-source.ts";
import { sourceIdentity } from "../../../core/stage/source.ts";
import { Notebook } from "../support/notebook.ts";

const cells = [
  "const scale = { by: [3] };",
  "const LIMIT = 7;",
  "import { sep } from 'node:path';",
  "class Adder { constructor(private readonly by: number) {} add(n: number) { return n + this.by + LIMIT; } }",
  "const times = (n: number): number => n * scale.by[0];",
  "function helper(n: number): number { return new Adder(1).add(times(n)); }",
  `%%stage made
import { writeFile } from "node:fs/promises";
import { two } from "./lib/two.mjs";
export const config = { n: 4, out: self("out.json") };
const size = (one) => one.artifacts.length + LIMIT;
export const matcher = match({ name: "largest()", key: (one) => -size(one), take: 1 });
const unused = "never seen";
export default async (build: Build) => {
  show("hi");
  if (build.config.n === 13) throw new Error("unlucky");
  await writeFile(build.path("out.json"), JSON.stringify([helper(build.config.n), two, sep, scale, self("x")]));
};`,
];

const files = { "lib/two.mjs": "export const two = 2;\nexport const unused = 'never seen';\n" };

describe("a stage cell", () => {
  it("is realized from the store alone as in its notebook", async () => {
    using notebook = await notebookOf(cells);
    const { store } = notebook.session;
    const live = await realize(stageOf(notebook), { store });
    const wanted = String(readArtifact(store, live, "out.json"));
    expect(JSON.parse(wanted)).toEqual([20, 2, "/", { by: [3] }, ["__self__", "x"]]);
    await realize(stageOf(notebook), { store });
    const { dref } = await instantiate(stageOf(notebook), { store });
    const shown: string[] = [];
    const host = { show: (text: string) => shown.push(text) };
    const closure = await closureFromStore(store, dref, { host });
    const rref = await realize(closure, { force: true });
    expect([String(readArtifact(store, rref, "out.json")), shown]).toEqual([wanted, ["hi"]]);
    expect(closure.derivations.map(({ matcher }) => matcher.name)).toEqual(["largest()"]);
    expect(store.bundle(dref)).not.toContain("never seen");
  });

  it("has the same address and the same bundle in another folder and after other cells", async () => {
    using one = await notebookOf(cells);
    using other = await notebookOf(["const another = 1;", ...cells, "const last = 2;"]);
    const [first, second] = await Promise.all([one, other].map(bundleOf));
    expect(first).toEqual(second);
    expect(decoded(first?.bundle ?? "")).not.toContain(one.folder);
  });

  it("looks into the store that it is realized in", async () => {
    using notebook = await notebookOf([
      `%%stage made\nexport const config = {};\nexport default (build) => build.log(lens(build.dref).dref === build.dref ? "found" : "");`,
    ]);
    const { store } = notebook.session;
    const { dref } = await instantiate(stageOf(notebook), { store });
    const rref = await realize(await closureFromStore(store, dref));
    expect(store.log(rref)).toBe("found\n");
  });

  it("tells in traces which line of its cell it was", async () => {
    using notebook = await notebookOf(cells);
    const { bundle = "" } = await bundleOf(notebook);
    const map = JSON.parse(Buffer.from(bundle.split("base64,")[1] ?? "", "base64").toString()) as {
      sources: string[];
    };
    expect(map.sources).toEqual(
      expect.arrayContaining(["stage:made", "stage:made/captured", "module:lib/two.mjs"]),
    );
  });

  it("with --open has no code in the store, and its card says so", async () => {
    using notebook = await notebookOf(cells.slice(0, -1));
    const card = await notebook.text(cells.at(-1)?.replace("%%stage made", "%%stage made --open") ?? "");
    expect(card).toContain("open: it was defined with --open");
    expect(await bundleOf(notebook)).toMatchObject({ bundle: undefined, open: "it was defined with --open" });
  });

  it("says in its card that it is closed", async () => {
    using notebook = await notebookOf(cells.slice(0, -1));
    expect(await notebook.text(cells.at(-1) ?? "")).toContain(" · closed");
  });

  it.each([
    [
      "an import of what only the run will know",
      "await import(build.config.name);",
      `"import(build.config.name)", which is an import of what only the run will know. What to do: write what is imported as a literal`,
    ],
  ])("that needs %s is refused, and taken with --open", async (_, line, message) => {
    using notebook = await notebookOf([]);
    const cell = `%%stage made\nexport const config = { name: "x" };\nexport default async (build) => { ${line} };`;
    await expect(notebook.run(cell)).rejects.toMatchObject({
      code: "unbundlable",
      message: expect.stringMatching(/^Cannot close stage "made": it uses [^]*Or define it with --open/u),
    });
    await expect(notebook.run(cell)).rejects.toThrow(message);
    await notebook.run(cell.replace("made", "made --open"));
    expect(notebook.value("made")).toMatchObject({ name: "made" });
  });

  it.each(["__dirname", "__filename"])(
    "that uses %s is refused: its address would depend on it",
    async (name) => {
      using notebook = await notebookOf([]);
      notebook.host.define(name, notebook.folder);
      const cell = `%%stage made\nexport const config = {};\nexport default async () => { console.log(${name}); };`;
      await expect(notebook.run(cell)).rejects.toThrow(
        `Cannot capture "${name}" for stage "made": it is the place of the notebook`,
      );
    },
  );

  it("is open when its matcher uses what cannot be told", async () => {
    using notebook = await notebookOf([
      "const by = (k: string) => match({ name: 'by()', key: (one) => one.metrics(k)?.n as number, take: 1 });",
      "%%stage made\nexport const config = {};\nexport const matcher = by('x');\nexport default () => {};",
    ]);
    expect(await bundleOf(notebook)).toMatchObject({
      bundle: undefined,
      open: `its matcher uses "k" in a function that is not written beside the realizer. What to do: write it there`,
    });
  });

  it("is open when its matcher uses a live object", async () => {
    using notebook = await notebookOf([
      "const cache = new Map();",
      "%%stage made\nexport const config = {};\nexport const matcher = match({ name: 'mine()', take: (all) => all.slice(cache.size) });\nexport default () => {};",
    ]);
    expect((await bundleOf(notebook)).open).toBe(`its matcher uses "cache", which is a live object (Map)`);
  });

  it("whose default export has a name, or is another name, is taken along as well", async () => {
    for (const realizer of [
      "export default async function run(build) { if (build.config.n > 0) return again(build); }\nfunction again(build) { return run({ ...build, config: { n: 0 } }); }",
      "const run = async (build) => { await build.path('x'); };\nexport default run;",
      "export { run as default };\nfunction run(build) { build.path('x'); }",
    ]) {
      using notebook = await notebookOf([`%%stage made\nexport const config = { n: 1 };\n${realizer}`]);
      const { store } = notebook.session;
      const { dref } = await instantiate(stageOf(notebook), { store });
      expect(await realize(await closureFromStore(store, dref))).toMatch(/^rref:/u);
    }
  });
});

describe("the address of a stage cell", () => {
  it("changes with the data that it captures, and its bundle does not", async () => {
    // Fields that begin with "__" are reserved, and no config has them.
    const data = fc.jsonValue({ maxDepth: 2 }).filter((value) => !/"__/u.test(JSON.stringify(value)));
    const pairs = fc.tuple(data, data);
    await fc.assert(
      fc.asyncProperty(pairs, async ([one, other]) => {
        const texts = (data: unknown): string[] => [
          `const data = ${JSON.stringify(data)};`,
          "%%stage made\nexport const config = {};\nexport default (build) => build.log(JSON.stringify(data));",
        ];
        using first = await notebookOf(texts(one));
        using second = await notebookOf(texts(other));
        const [a, b] = await Promise.all([first, second].map(bundleOf));

        expect(a?.dref === b?.dref).toBe(canonicalJson(one as Json) === canonicalJson(other as Json));
        expect(a?.bundle).toBe(b?.bundle);
      }),
      { numRuns: 15 },
    );
  });
});

describe("a stage of an ordinary cell", () => {
  it("is closed when all that it uses are declarations of cells", async () => {
    using notebook = await notebookOf([
      ...cells.slice(0, -1),
      `import { writeFileSync } from "node:fs";
const made = stage({ name: "made", config: { n: 4 }, realize(build) { writeFileSync(build.path("out.json"), String(helper(build.config.n))); } });`,
    ]);
    const { store } = notebook.session;
    const { dref } = await instantiate(stageOf(notebook), { store });
    const rref = await realize(await closureFromStore(store, dref));
    expect(String(readArtifact(store, rref, "out.json"))).toBe("20");
  });

  it("has the address that the same code has in a module", async () => {
    const code = [
      `import { writeFileSync } from "node:fs";`,
      `import { two } from "./lib/two.mjs";`,
      "const SCALE = { by: [3, -1] };",
      "const times = (n: number): number => n * (SCALE.by[0] ?? 0) * two;",
      "function helper(n: number): number { return times(n) + 1; }",
    ];
    const made = (options: string): string =>
      `stage({ name: "made", ${options} config: { n: 4 }, realize: (build) => writeFileSync(build.path("out"), String(helper(build.config.n))) })`;
    using notebook = await notebookOf([...code, `const made = ${made("")};`]);
    const path = join(notebook.folder, "stages.ts");
    writeFileSync(path, [...code, `export const made = ${made("module: import.meta.url,")};`].join("\n"));
    const { source } = moduleSource({
      name: "made",
      realize: () => "elsewhere",
      module: pathToFileURL(path).href,
    });
    const { config } = describeStage(stageOf(notebook));
    expect(sourceIdentity(source, "made")).toEqual(config["__source__"]);
  });

  it("is open when it closes over a parameter, even one that is called like a name of a cell", async () => {
    using notebook = await notebookOf([
      "const lr = 0.1;",
      "const make = (lr: number) => stage({ name: 'made', config: {}, realize: () => console.log(lr) });",
      "const made = make(0.2);",
    ]);
    expect(await bundleOf(notebook)).toMatchObject({
      bundle: undefined,
      open: `it uses "lr", which is a parameter of the function around it`,
    });
  });

  it("is open when it uses a live object, or stands where nobody can look", async () => {
    using notebook = await notebookOf([
      "const cache = new Map();",
      "const made = stage({ name: 'made', config: {}, realize: () => console.log(cache) });",
      "const f = () => 1;",
      "globalThis.kept = stage({ name: 'made', config: {}, realize: () => console.log(f()) });",
    ]);
    expect((await bundleOf(notebook)).open).toBe(`it uses "cache", which is a live object (Map)`);
    const kept = (globalThis as unknown as { kept: Stage }).kept;
    const { derivations } = await instantiate(kept, { store: notebook.session.store });
    expect(derivations.map(whyOpen)).toEqual([
      `it uses "f", and its realizer is not written in a declaration of a cell`,
    ]);
  });
});

async function notebookOf(texts: readonly string[]): Promise<Notebook> {
  const folder = mkdtempSync(join(tmpdir(), "lightnix-close-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const notebook = new Notebook({ folder });
  for (const text of texts) await notebook.run(text);
  return notebook;
}

function stageOf(notebook: Notebook): Stage {
  return notebook.value("made") as Stage;
}

async function bundleOf(notebook: Notebook): Promise<Record<"dref" | "bundle" | "open", string | undefined>> {
  const { store } = notebook.session;
  const { dref, derivations } = await instantiate(stageOf(notebook), { store });
  return { dref, bundle: store.bundle(dref), open: derivations.map(whyOpen).at(-1) };
}

function decoded(bundle: string): string {
  const [code = "", map = ""] = bundle.split("base64,");
  return code + Buffer.from(map, "base64").toString();
}
