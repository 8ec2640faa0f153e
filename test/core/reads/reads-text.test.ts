import { describe, expect, it } from "vitest";
import type { OutsideRead } from "../../../core/reads/outside-read.ts";
import { changedText, readText } from "../../../core/reads/reads-text.ts";

const file = (path: string, sizeBytes = 10): OutsideRead => ({ kind: "file", path, sizeBytes, mtimeMs: 0 });
const folder = (path: string): OutsideRead => ({ kind: "folder", path, how: "list", sha256: "" });

describe("what is said of files that are not among the inputs", () => {
  it("names the file, and the code that makes it an input", () => {
    expect(readText("train", [file("/work/data/train-set.csv")], "/work")).toBe(
      '"train" read data/train-set.csv, which is not among its inputs: when it changes, this result is reused all the same. To have it count, write ' +
        '`trainSet: file({ name: "train-set.csv", path: "data/train-set.csv" })` in its config (`import { file } from "lightnix"`), and read ' +
        "`build.lens.trainSet.file.syspath`",
    );
  });

  it("says that the result is older", () => {
    expect(changedText("train", [file("/work/train.csv")], "/work")).toContain(
      '"train" was made with train.csv as it was then, which has changed since and is not among its inputs: it is reused all the same. ' +
        'To have it count, write `train: file({ name: "train.csv", path: "train.csv" })`',
    );
  });

  it("counts what there is too much of, and gives advice on the first", () => {
    const many = ["a", "b", "c", "d", "e"].map((name) => file(`/data/${name}.csv`));
    expect(readText("train", many, "/work")).toContain(
      "read /data/a.csv, /data/b.csv, /data/c.csv and 2 more, which are not among its inputs: when one of them changes",
    );
    const all = Array.from({ length: 256 }, (_, index) => file(`/data/${index}.csv`));
    expect(readText("train", all, "/work")).toContain("/data/2.csv and many more, which");
    expect(readText("train", many.slice(0, 2), "/work")).toContain(
      'read /data/a.csv and /data/b.csv, which are not among its inputs: when one of them changes, this result is reused all the same. To have /data/a.csv count, write `a: file({ name: "a.csv"',
    );
  });

  it.each([
    [
      "a folder",
      [folder("/work/images"), file("/work/images/1.png")],
      "images/,",
      '`images: await fetchLocal({ name: "images", path: "images" })`',
    ],
    [
      "a large file",
      [file("/work/big.bin", 2 ** 30)],
      "big.bin,",
      '`big: await fetchLocal({ name: "big.bin", path: "big.bin" })`',
    ],
  ])("has %s fetched", (_, reads, named, advice) => {
    const text = readText("train", reads, "/work");
    expect(text).toContain(`read ${named} which is`);
    expect(text).toContain(advice);
    expect(text).toMatch(/`build\.lens\.\w+\.data\.syspath`$/u);
  });

  it("gives a name where that of the file is none", () => {
    expect(readText("train", [file("/work/2024 (final).csv")], "/work")).toContain(
      '`input: file({ name: "input", path: "2024 (final).csv" })`',
    );
  });
});
