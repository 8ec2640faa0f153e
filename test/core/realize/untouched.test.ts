import { chmodSync, linkSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  drefOf,
  processes,
  realize,
  stage,
  verify,
  type RRef,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import { makeDRef } from "../../../core/ref.ts";
import { fileTime, Untouched } from "../../../core/realize/untouched.ts";
import { bundled } from "../executors/bundled.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";

// File systems tell times apart that are a tick of the kernel's clock from each other: up to 10 ms.
const tick = 25;

const words = stage({
  name: "words",
  config: {},
  async realize(build) {
    await writeFile(build.path("deep", "list"), "one two");
    await writeFile(build.path("more"), "three");
  },
});

/** A stage that does something to the folder of its dependency. */
function meddler(meddle: (folder: string) => void): Stage {
  return stage({
    name: "meddler",
    config: { words },
    async realize(build) {
      await delay(tick);
      meddle(build.lens.words.syspath);
    },
  });
}

// Only the superuser can do it: everybody else is kept from it by the permissions.
describe.runIf(process.getuid?.() === 0)("a realizer that writes into what it works on", () => {
  const ways: Record<string, { meddle: (folder: string) => void; names: string }> = {
    "changes a file": {
      meddle: (folder) => writeFileSync(join(folder, "deep", "list"), "changed"),
      names: "deep/list",
    },
    "makes a file": { meddle: (folder) => writeFileSync(join(folder, "deep", "new"), ""), names: "deep/new" },
    "removes a file": { meddle: (folder) => rmSync(join(folder, "more")), names: "" },
    "removes all of it": { meddle: (folder) => rmSync(folder, { recursive: true }), names: "" },
    "makes a folder": { meddle: (folder) => mkdirSync(join(folder, "new")), names: "" },
    "changes a file and hides it by its times": {
      meddle: (folder) => {
        const path = join(folder, "more");
        chmodSync(path, 0o644);
        writeFileSync(path, "changed");
        utimesSync(path, 0, 0);
      },
      names: "more",
    },
  };

  for (const [way, { meddle, names }] of Object.entries(ways)) {
    it(`fails when it ${way}, and the path is named`, async () => {
      const store = freshStore();
      const dependency = await realize(words, { store });
      const path = join(store.path(dependency), names);
      const failing = realize(meddler(meddle), { store });
      await expect(failing).rejects.toMatchObject({
        code: "wrote-outside",
        message: expect.stringContaining(
          `Cannot build "meddler": it wrote outside of its folder: "${path}", which belongs to a realization of "words"`,
        ),
      });
    });
  }

  it("fails so also when it throws, and in a process of its own", async () => {
    const store = freshStore();
    const executor = processes();
    const dependency = await bundled(store, {
      name: "dependency",
      realize(build, { fs }) {
        fs.writeFileSync(build.path("file"), "whole");
      },
    });
    const closure = await bundled(store, {
      config: { dependency: dependency.dref },
      async realize(build, { fs, delay: wait }) {
        await wait(25);
        const [[rref]] = Object.values(build.context) as unknown as [[never]];
        fs.writeFileSync(`${build.store.path(rref)}/file`, "damaged");
        throw new Error("and then it throws");
      },
    });
    await expect(realize(closure, { executor })).rejects.toMatchObject({ code: "wrote-outside" });
    await executor.close();
    const findings = await verify(store);
    expect(findings).toHaveLength(1);
  });
});

describe("a realizer that only reads what it works on", () => {
  it("builds, also when it links to it", async () => {
    const store = freshStore();
    const linking = stage({
      name: "linking",
      config: { words },
      async realize(build) {
        await delay(tick);
        linkSync(join(build.lens.words.syspath, "more"), build.path("more"));
      },
    });
    await expect(realize(linking, { store })).resolves.toMatch(/^rref:/);
  });

  it("builds right after its dependency", async () => {
    const store = freshStore();
    for (let round = 0; round < 20; round++) {
      const running = realize(
        meddler(() => undefined),
        { store, force: "all" },
      );
      await expect(running).resolves.toMatch(/^rref:/);
    }
  });
});

/** What many stages work on: so many files that looking at them takes some milliseconds. */
const many = stage({
  name: "many",
  config: {},
  realize(build) {
    for (let at = 0; at < 2_000; at++) writeFileSync(build.path(`folder${at % 20}`, `file${at}`), String(at));
  },
});

/** Tells that runs of stages that work on a realization are over. */
function runsOn(store: Store, rref: RRef): { untouched: Untouched; over(name: string): Promise<void> } {
  const untouched = new Untouched(store);
  const context = { [drefOf(rref)]: [rref] };
  const since = fileTime(freshFolder());
  const over = (name: string): Promise<void> =>
    untouched.after({ name, dref: makeDRef({ hash: "0".repeat(32), name }) }, context, since);
  return { untouched, over };
}

describe("looking at what many stages work on", () => {
  it("takes little more time after a hundred runs than after one", async () => {
    const store = freshStore();
    const { over } = runsOn(store, await realize(many, { store }));
    const started = performance.now();
    await over("first");
    const firstMs = performance.now() - started;
    for (let run = 0; run < 100; run++) await over("other");
    expect(performance.now() - started).toBeLessThan(20 * firstMs);
  });

  it.runIf(process.getuid?.() === 0)(
    "finds at the end what was not looked for after each run, and names all that may have done it",
    async () => {
      const store = freshStore();
      const rref = await realize(many, { store });
      const { untouched, over } = runsOn(store, rref);
      await delay(tick);
      await over("first");
      const path = join(store.path(rref), "folder7", "file7");
      writeFileSync(path, "changed");
      await over("second");
      await over("third");
      const [[dref, fault] = [], ...others] = await untouched.atEnd();
      expect(others).toEqual([]);
      expect(dref).toMatch(/-third$/);
      expect(fault).toMatchObject({
        code: "wrote-outside",
        message: expect.stringMatching(
          `^one of the last 2 runs \\("second", "third"\\) wrote outside of its folder: "${path}"`,
        ),
      });
      expect(await untouched.atEnd()).toEqual(new Map());
    },
  );

  it.runIf(process.getuid?.() === 0)("fails a realization in which only one of them wrote", async () => {
    const store = freshStore();
    await realize(many, { store });
    const readers = Array.from({ length: 5 }, (_, at) =>
      stage({
        name: `reader${at}`,
        config: { many },
        async realize(build) {
          await delay(tick);
          if (at === 3) writeFileSync(join(build.lens.many.syspath, "folder7", "file7"), "changed");
        },
      }),
    );
    await expect(realize(readers, { store, jobs: 1 })).rejects.toMatchObject({
      code: "wrote-outside",
      message: expect.stringContaining("reader3"),
    });
  });
});
