import fs, { createReadStream, readFileSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { Reads } from "../../../core/reads/reads.ts";
import { watchFiles } from "../../../core/reads/watch-files.ts";
import { inProject, put } from "./in-project.ts";

async function readBy(project: string, run: () => unknown, isAlone = false): Promise<string[]> {
  const reads = new Reads({ own: [], project });
  await watchFiles(reads, async () => await run(), { isAlone });
  return reads.outside().map(([path, how]) => (how === "list" ? `${path}/` : path));
}

const ways: Readonly<Record<string, (path: string) => unknown>> = {
  "readFileSync, imported by name": (path) => readFileSync(path),
  "readFileSync of a URL": (path) => fs.readFileSync(pathToFileURL(path)),
  "readFileSync of bytes": (path) => fs.readFileSync(Buffer.from(path)),
  "readFile, imported by name": (path) => readFile(path),
  "readFile with a callback": (path) => promisify(fs.readFile)(path),
  openSync: (path) => fs.closeSync(fs.openSync(path, "r")),
  "openSync by a number": (path) => fs.closeSync(fs.openSync(path, fs.constants.O_RDWR)),
  "open of promises": async (path) => await (await fs.promises.open(path)).close(),
  createReadStream: (path) => text(createReadStream(path)),
  copyFileSync: (path) => fs.copyFileSync(path, `${path}.copy`),
  "cp of promises": (path) => cp(path, `${path}.copy`),
  "a relative path": () => fs.readFileSync("data/train.csv"),
};

describe("watchFiles", () => {
  it.each(Object.entries(ways))("notes what %s reads", async (_, way) => {
    const project = inProject();
    const path = put(project, "data/train.csv", "1");
    expect(await readBy(project, () => way(path))).toEqual([path]);
    expect(await readBy(project, () => way(path), true)).toEqual([path]);
  });

  it("notes nothing of what a realizer writes, or has written", async () => {
    const project = inProject();
    const path = put(project, "log.txt", "1");
    const quiet = await readBy(project, async () => {
      fs.appendFileSync(path, "2");
      fs.writeFileSync("new.txt", "3");
      readFileSync("new.txt");
      fs.closeSync(fs.openSync("other.txt", "wx"));
      await fs.promises.writeFile("moved.txt", "4");
      fs.renameSync("moved.txt", "away.txt");
      readFileSync("away.txt");
    });
    expect(quiet).toEqual([]);
  });

  it("notes a folder whose list was read where a file in it was read as well", async () => {
    const project = inProject();
    put(project, "data/a.txt", "1");
    put(project, "more/b.txt", "1");
    const all = await readBy(project, async () => {
      fs.readdirSync("more");
      for (const name of await fs.promises.readdir("data")) readFileSync(join("data", name));
    });
    expect(all).toEqual([`${project}/data/`, `${project}/data/a.txt`]);
  });

  it("tells runs apart that go on at once", async () => {
    const project = inProject();
    const [one, two] = [put(project, "one.txt", "1"), put(project, "two.txt", "2")];
    const reading = async (path: string): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await readFile(path);
    };
    const both = await Promise.all([
      readBy(project, () => reading(one)),
      readBy(project, () => reading(two)),
    ]);
    expect(both).toEqual([[one], [two]]);
  });

  it("leaves the functions what they are, and what is read outside of realizers alone", async () => {
    const project = inProject();
    const path = put(project, "a.txt", "text");
    expect(await readBy(project, () => undefined)).toEqual([]);
    expect(fs.readFileSync.name).toBe("readFileSync");
    expect(fs.readFileSync(path, "utf8")).toBe("text");
    expect(() => fs.readFileSync(join(project, "none"))).toThrow("ENOENT");
    await readBy(project, () => expect(() => fs.readFileSync({} as never)).toThrow(TypeError));
    await readBy(project, () => expect(() => fs.readFileSync("a\0b")).toThrow(/null bytes/u));
  });

  it("takes a name for another file when the folder was changed", async () => {
    const project = inProject();
    const [one, two] = [put(project, "a/x.txt", "1"), put(project, "b/x.txt", "2")];
    const both = await readBy(project, () => {
      process.chdir(join(project, "a"));
      readFileSync("x.txt");
      process.chdir(join(project, "b"));
      readFileSync("x.txt");
    });
    expect(both).toEqual([one, two]);
  });

  it("does not grow with the number of files", async () => {
    const project = inProject();
    const many = await readBy(project, () => {
      for (let index = 0; index < 3_000; index++)
        fs.readFileSync(put(project, `d/${index % 10}`, ""), "utf8");
      for (let index = 0; index < 3_000; index++)
        expect(() => fs.readFileSync(`${project}/none/${index}`)).toThrow("ENOENT");
    });
    expect(many.length).toBeLessThanOrEqual(1_000);
  });
});
