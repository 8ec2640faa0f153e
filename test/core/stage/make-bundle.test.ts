import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DRef } from "../../../core/ref.ts";
import { loadBundle } from "../../../core/stage/load-bundle.ts";
import { makeBundle } from "../../../core/stage/make-bundle.ts";
import { bundleText, type BundleParts } from "../../../core/store/bundle-text.ts";
import { openStore } from "../../../core/store/store.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { packageFiles, project, type Project } from "./project.ts";

const files = {
  "stages.mjs": `import { writeFile } from "node:fs/promises";
import { best, match, self, stage } from "lightnix";
import five from "five";
import common from "./lib/common.cjs";
import table from "./lib/table.json" with { type: "json" };
import { twice } from "./lib/helper.mjs";

const SCALE = { by: 3 };
const size = ({ artifacts }) => artifacts.length * SCALE.by;

export const numbers = stage({
  name: "numbers",
  module: import.meta.url,
  config: { n: 4, numbers: self("numbers.json") },
  matcher: best("numbers.json", { key: "n" }),
  async realize(build) {
    if (build.config.n === 13) throw new Error("unlucky");
    const all = { n: twice(build.config.n), scale: SCALE.by, five, table, common: common.name, read: common.read() };
    await writeFile(build.path("numbers.json"), JSON.stringify(all));
  },
});

export const sum = stage({
  name: "sum",
  module: import.meta.url,
  config: { numbers, sum: self("sum") },
  matcher: match({ name: "largest()", key: (one) => -size(one), take: 1 }),
  realize: async (build) => {
    await writeFile(build.path("sum"), String(build.lens.numbers.numbers.json.n + 1));
  },
});

export const unlucky = stage({ ...numbers, name: "unlucky", config: { n: 13 } });
export const latest = stage({ ...numbers, matcher: match({ name: "closure()", ...((n) => ({ take: (all) => all.slice(n) }))(0) }) });
`,
  "lib/helper.mjs": `import { two } from "./two.mjs";\nexport const twice = (n) => n * two;\nexport const unused = "never seen";\n`,
  "lib/two.mjs": "export const two = 2;\n",
  "lib/table.json": "[1, 2]",
  "lib/common.cjs": `const five = require("./five.cjs");\nexports.name = five;\nexports.read = () => require("node:path").sep;\n`,
  "lib/five.cjs": "module.exports = 'five';\n",
  ...packageFiles("five", "1.0.0"),
};

describe("a closed stage", () => {
  it("is realized by another process, on another day, as it would have been by the first", () => {
    const root = freshFolder();
    const first = project(files);
    const live = show(first, "sum", freshFolder());
    const { dref } = instantiated(first, "sum", root);
    rmSync(first.folder, { recursive: true });
    const second = project(packageFiles("five", "1.0.0"));
    expect(realizedFromStore(second, dref, root)).toEqual(live);
  });

  it("has the same bundle, byte by byte, wherever its files lie", () => {
    const folders = [freshFolder(), join(freshFolder(), "somebody else", "a b")];
    const [one, other] = folders.map((folder) =>
      instantiated(project(files, folder), "numbers", freshFolder()),
    );
    expect(one?.bundle).toBe(other?.bundle);
    expect(one?.dref).toBe(other?.dref);
    for (const folder of folders) expect(decoded(one?.bundle ?? "")).not.toContain(folder);
  });

  it("has in its bundle what it reaches, and nothing else", () => {
    const { bundle } = instantiated(project(files), "numbers", freshFolder());
    expect(bundle).not.toContain("never seen");
    expect(bundle).not.toContain("largest()");
    expect(bundle).toMatch(/^\/\/ \{.*"packages":\{"five":"1.0.0"\}\}$/mu);
  });

  it("tells in traces which line of which module it was", () => {
    const root = freshFolder();
    const { dref } = instantiated(project(files), "unlucky", root);
    const second = project(packageFiles("five", "1.0.0"));
    expect(
      second.run(`process.setSourceMapsEnabled(true);${realizing}`, root, dref, second.folder),
    ).toContain("(stage:stages.mjs:17:");
  });

  it("keeps its bundle as long as nothing about it changes, and gets another one with another matcher", () => {
    const root = freshFolder();
    const one = instantiated(project(files), "numbers", root);
    const path = join(openStore({ root }).path(one.dref), "stage.mjs");
    const before = statSync(path);
    instantiated(
      project({ ...files, "stages.mjs": files["stages.mjs"].replace("const SCALE", "// 3\nconst SCALE") }),
      "numbers",
      root,
    );
    expect(statSync(path).ino).toBe(before.ino);
    const other = files["stages.mjs"].replace(`best("numbers.json", { key: "n" })`, "best('numbers.json')");
    expect(instantiated(project({ ...files, "stages.mjs": other }), "numbers", root)).toMatchObject({
      dref: one.dref,
    });
    expect(statSync(path).ino).not.toBe(before.ino);
    expect(before.mode & 0o777).toBe(0o444);
  });

  it("is open when its matcher closes over what cannot be told, and says so", () => {
    const { open, bundle } = instantiated(project(files), "latest", freshFolder());
    expect(open).toBe(
      `its matcher uses "n", which is a parameter of the function around it. What to do: write the value itself`,
    );
    expect(bundle).toBeUndefined();
  });
});

describe("makeBundle()", () => {
  it("takes in what WebAssembly files hold, and what packages are required", async () => {
    const { folder, write } = project({
      "lib/sep.cjs": `module.exports = () => require("old") + require("node:path").sep;`,
      "node_modules/old/package.json": JSON.stringify({ name: "old", version: "3.0.0" }),
      "node_modules/old/index.js": "module.exports = 'old';",
    });
    write({ "seven.wasm": "" });
    // (module (func (export "seven") (result i32) i32.const 7))
    const wasm = "AGFzbQEAAAABBQFgAAF/AwIBAAcJAQVzZXZlbgAACgYBBABBBws=";
    writeFileSync(join(folder, "seven.wasm"), Buffer.from(wasm, "base64"));
    const text = `import { seven } from "./seven.wasm"; import sep from "./lib/sep.cjs"; export const realize = () => [seven(), sep()];`;
    const entry = { title: "text", text, from: join(folder, "text.mjs") };
    const parts = await makeBundle({ name: "x", folder, entry, facts: { key: "", outs: 1 } });
    const store = freshStore();
    const dref = await store.putDerivation("x", {});
    await store.putBundle(dref, bundleText(parts));
    rmSync(join(folder, "seven.wasm"));
    const { realize } = await loadBundle(store, dref, { folders: [folder] });
    expect(realize(0 as never)).toEqual([7, "old/"]);
    await expect(loadBundle(store, dref)).rejects.toMatchObject({ code: "missing-package" });
  });

  it("goes on when somebody has ended the process that bundles", async () => {
    const folder = freshFolder();
    const make = (text: string): Promise<BundleParts> =>
      makeBundle({
        name: "x",
        folder,
        entry: { title: "text", text, from: join(folder, "text.mjs") },
        facts: { key: "", outs: 1 },
      });
    await make("export const one = 1;");
    const own = bundlers();
    expect(own.length).toBeGreaterThan(0);
    for (const pid of own) process.kill(pid, "SIGKILL");
    expect((await make("export const two = 2;")).code).toContain("two = 2");
  });

  it("names what it cannot take in", async () => {
    const folder = freshFolder();
    const entry = {
      title: "text",
      text: `import x from "./gone.mjs"; export { x };`,
      from: join(folder, "text.mjs"),
    };
    await expect(makeBundle({ name: "x", folder, entry, facts: { key: "", outs: 1 } })).rejects.toMatchObject(
      {
        code: "unbundlable",
        message: `it uses "./gone.mjs", which is a module that cannot be found. What to do: install it, or correct the path`,
      },
    );
  });
});

/** The processes of esbuild that this process has started. */
function bundlers(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")
    .trim()
    .split(" ")
    .map(Number);
  return children.filter(
    (pid) => pid > 0 && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--service="),
  );
}

interface Instantiated {
  readonly dref: DRef;
  readonly bundle: string | undefined;
  readonly open: string | undefined;
}

const instantiating = `import { instantiate, whyOpen, openStore } from "lightnix";
const [root, name] = process.argv.slice(2);
const store = openStore({ root, durable: false });
const stages = await import("./stages.mjs");
const { dref, derivations } = await instantiate(stages[name], { store });
console.log(JSON.stringify({ dref, bundle: store.bundle(dref), open: whyOpen(derivations.at(-1)) }));`;

const realizing = `import { closureFromStore, listArtifacts, openStore, readArtifact, realize } from "lightnix";
const [root, dref, folder] = process.argv.slice(2);
const store = openStore({ root, durable: false });
try {
  const rref = await realize(await closureFromStore(store, dref, { folders: [folder] }));
  console.log(JSON.stringify(store.artifacts(rref).map((name) => [name, String(readArtifact(store, rref, name))])));
} catch (error) {
  console.log(error.stack, error.cause?.stack);
}`;

const showing = `import { openStore, readArtifact, realize } from "lightnix";
const [root, name] = process.argv.slice(2);
const store = openStore({ root, durable: false });
const stages = await import("./stages.mjs");
const rref = await realize(stages[name], { store });
console.log(JSON.stringify(store.artifacts(rref).map((name) => [name, String(readArtifact(store, rref, name))])));`;

function instantiated({ run }: Project, name: string, root: string): Instantiated {
  return JSON.parse(run(instantiating, root, name)) as Instantiated;
}

function realizedFromStore({ run, folder }: Project, dref: DRef, root: string): unknown {
  return JSON.parse(run(realizing, root, dref, folder));
}

function show({ run }: Project, name: string, root: string): unknown {
  return JSON.parse(run(showing, root, name));
}

function decoded(bundle: string): string {
  const [code = "", map = ""] = bundle.split("base64,");
  return code + Buffer.from(map, "base64").toString();
}
