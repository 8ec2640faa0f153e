import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  collect,
  explain,
  fetchLocal,
  file,
  latest,
  planCollection,
  processes,
  realize,
  realize$,
  realizeMany,
  stage,
  sweep,
  type Build,
  type RealizeOptions,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import { drefOf } from "../../../core/ref.ts";
import { readsPath } from "../../../core/store/layout.ts";
import { verify } from "../../../core/store/verify/verify.ts";
import { bundled } from "../executors/bundled.ts";
import { freshStore } from "../fresh-store.ts";
import { change, inProject, put } from "../reads/in-project.ts";

/** A stage whose realizer reads a file by its path. */
function reader(path: string, options: { readonly name?: string; readonly config?: object } = {}): Stage {
  return stage({
    name: "train",
    config: {},
    ...options,
    matcher: latest(),
    async realize(build) {
      await writeFile(build.path("size"), String(readFileSync(path).length));
    },
  });
}

/** The warnings of a realization. */
async function warnings(target: Parameters<typeof realize$>[0], options: RealizeOptions): Promise<string[]> {
  const texts: string[] = [];
  await new Promise<void>((complete, error) => {
    realize$(target, options).subscribe({
      next: (event) => void (event.type === "warning" && texts.push(event.text)),
      error,
      complete,
    });
  });
  return texts;
}

const read = /^"train" read data\/train\.csv, which is not among its inputs: .* write `train: file\(/u;
const changed = /^"train" was made with data\/train\.csv as it was then, which has changed since/u;

function setting(): { readonly store: Store; readonly path: string; readonly project: string } {
  const project = inProject();
  return { store: freshStore(), project, path: put(project, "data/train.csv", "1,2") };
}

describe("a realizer that reads a file that is not among its inputs", () => {
  it("is told so once, in a warning and in the log that is kept", async () => {
    const { store, path } = setting();
    expect(await warnings(reader(path), { store })).toEqual([expect.stringMatching(read)]);
    expect(await warnings(reader(path), { store })).toEqual([]);
    expect(store.log(await realize(reader(path), { store }))).toBe(
      "Read, and not among the inputs: data/train.csv\n",
    );
  });

  it("is told so in a process of its own", async () => {
    const { store, path } = setting();
    const executor = processes();
    onTestFinished(() => executor.close());
    const closure = await bundled(store, {
      name: "train",
      config: { path },
      realize(build, { fs }) {
        fs.writeFileSync(build.path("size"), fs.readFileSync((build.config as { path: string }).path));
      },
    });
    expect(await warnings(closure, { executor })).toEqual([expect.stringMatching(read)]);
    change(path, "3,4");
    expect(await warnings(closure, { executor })).toEqual([expect.stringMatching(changed)]);
  });

  it("is told so of what a Python program reads that it runs", async () => {
    const { store, project } = setting();
    const program = put(project, "train.py", "open('data/train.csv').read()");
    const python = stage({
      name: "train",
      config: { program: file({ name: "train.py", path: program }) },
      realize: async (build) =>
        void (await build.exec("python3", [build.lens.program.file.syspath], { cwd: project })),
    });
    expect(await warnings(python, { store })).toEqual([expect.stringMatching(read)]);
    const bare = stage({
      name: "bare",
      config: {},
      realize: async (build) => void (await build.exec("sh", ["-c", ": $0", program], { cwd: project })),
    });
    expect(await warnings(bare, { store })).toEqual([expect.stringContaining('"bare" read train.py, which')]);
  });

  it("has its result reused with a word when the file has changed, until it is built anew", async () => {
    const { store, path } = setting();
    const first = await realize(reader(path), { store });
    change(path, "1,2,3");
    expect(await warnings(reader(path), { store })).toEqual([expect.stringMatching(changed)]);
    expect(await realize(reader(path), { store })).toBe(first);
    expect(await realize(reader(path), { store, force: true })).not.toBe(first);
    expect(await warnings(reader(path), { store })).toEqual([]);
  });

  it("has no word when the new content comes to the same outcome", async () => {
    const { store, path } = setting();
    const first = await realize(reader(path), { store });
    change(path, "3,4");
    expect(await warnings(reader(path), { store })).toEqual([expect.stringMatching(changed)]);
    expect(await realize(reader(path), { store, force: true })).toBe(first);
    expect(await warnings(reader(path), { store })).toEqual([]);
  });

  it("has the change told by explain, and to whoever only waits for the result", async () => {
    const { store, path } = setting();
    await realize(reader(path), { store });
    const [before] = (await explain(reader(path), { store })).derivations;
    expect(before).not.toHaveProperty("warning");
    change(path, "3,4");
    const [after] = (await explain(reader(path), { store })).derivations;
    expect(after).toMatchObject({ state: "reused", warning: expect.stringMatching(changed) });
    const texts: string[] = [];
    await realize(reader(path), { store, onWarning: ({ text }) => texts.push(text) });
    expect(texts).toEqual([expect.stringMatching(changed)]);
  });

  it("has the address that it would have anyway, and a store that is whole", async () => {
    const { store, path } = setting();
    const rref = await realize(reader(path), { store });
    const made = (realizer: (build: Build) => Promise<void>): Stage =>
      stage({ name: "train", config: {}, source: false, realize: realizer });
    const reading = made(
      async (build) => await writeFile(build.path("size"), `${readFileSync(path).length}`),
    );
    const plain = made(async (build) => await writeFile(build.path("size"), "3"));
    expect(await realize(reading, { store: freshStore() })).toBe(
      await realize(plain, { store: freshStore() }),
    );
    expect(readdirSync(store.path(rref)).toSorted()).toEqual([
      "__build__.json",
      "__log__.txt",
      "context.json",
      "size",
    ]);
    expect(await verify(store)).toEqual([]);
  });

  it("is told once for all points of a sweep", async () => {
    const { store, path } = setting();
    const points = sweep(reader(path, { config: { lr: 1 } }), { lr: [1, 2, 3] });
    expect(await warnings(points, { store, jobs: 1 })).toHaveLength(1);
    change(path, "3,4");
    expect(await warnings(points, { store })).toHaveLength(1);
  });

  it("is told apart from others that run at once", async () => {
    const { store, project } = setting();
    const stages = ["a", "b"].map((name) => {
      const path = put(project, `${name}.csv`, name);
      return stage({
        name,
        config: {},
        async realize(build) {
          for (let turn = 0; turn < 5; turn++) await readFile(path);
          await writeFile(build.path("x"), "");
        },
      });
    });
    const texts = await warnings(stages, { store, jobs: 2 });
    expect(new Set(texts.map((text) => /^"\w" read \w\.csv,/u.exec(text)?.[0]))).toEqual(
      new Set(['"a" read a.csv,', '"b" read b.csv,']),
    );
  });
});

describe("a realizer that reads what counts, or is its own", () => {
  it("is told nothing", async () => {
    const { store, project, path } = setting();
    const own = stage({
      name: "own",
      config: {
        text: file({ name: "text", path }),
        folder: await fetchLocal({ name: "folder", path: join(project, "data") }),
      },
      async realize(build) {
        const { text, folder } = build.lens;
        const copy = await build.scratch(folder.data.syspath);
        await writeFile(build.path("out"), readFileSync(text.file.syspath));
        await appendFile(build.path("out"), readFileSync(join(copy, "train.csv")));
        readFileSync(build.path("out"));
        writeFileSync("cache.json", "{}");
        readFileSync("cache.json");
        readFileSync("/etc/hosts");
        await build.exec("cat", [text.file.syspath, build.path("out")]);
      },
    });
    expect(await warnings(own, { store })).toEqual([]);
    expect(readdirSync(store.root)).not.toContain("reads");
  });

  it("is told of what it copies from outside", async () => {
    const { store, project } = setting();
    const copier = stage({
      name: "train",
      config: {},
      async realize(build) {
        await build.scratch(join(project, "data"));
      },
    });
    expect(await warnings(copier, { store })).toEqual([expect.stringContaining('"train" read data/, which')]);
  });
});

describe("what is kept of it", () => {
  it("is not needed: without it, and with what nobody can read, results are reused without a word", async () => {
    const { store, path } = setting();
    const rref = await realize(reader(path), { store });
    const kept = join(store.root, readsPath(drefOf(rref)));
    change(path, "3,4");
    writeFileSync(kept, `${readFileSync(kept, "utf8").slice(0, -20)}\nnull\n{"rref":1}\n`);
    expect(await warnings(reader(path), { store })).toEqual([]);
    rmSync(join(store.root, "reads"), { recursive: true });
    writeFileSync(join(store.root, "reads"), "");
    expect(await warnings(reader(path), { store })).toEqual([]);
    expect(await realizeMany(reader(path), { store, force: true })).toEqual([rref]);
  });

  it("goes with the derivation", async () => {
    const { store, path } = setting();
    await realize(reader(path), { store });
    expect(readdirSync(join(store.root, "reads"))).toHaveLength(1);
    await collect(await planCollection(store));
    expect(readdirSync(join(store.root, "reads"))).toEqual([]);
  });
});
