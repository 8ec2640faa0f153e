import { mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  hasChanged,
  outsideReads,
  readOutsideRead,
  type OutsideRead,
} from "../../../core/reads/outside-read.ts";
import { Reads, type HowRead } from "../../../core/reads/reads.ts";
import type { Json } from "../../../core/config.ts";
import { inProject, put } from "./in-project.ts";

const always = Number.POSITIVE_INFINITY;

function readsOf(project: string, all: Readonly<Record<string, HowRead>>, since = always): OutsideRead[] {
  const reads = new Reads({ own: [join(project, "store")], project });
  for (const [path, how] of Object.entries(all)) reads.read(path, how);
  return outsideReads(reads, since);
}

describe("outsideReads", () => {
  it("keeps what a file was", () => {
    const project = inProject();
    const path = put(project, "a.csv", "a");
    const { mtimeMs } = statSync(path);
    const sha256 = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
    expect(readsOf(project, { [path]: "content" })).toEqual([
      { kind: "file", path, sizeBytes: 1, mtimeMs, sha256 },
    ]);
  });

  it("passes over what came to be, or was changed, while the realizer ran, what is not there, and what is no file", () => {
    const project = inProject();
    const path = put(project, "a.csv", "a");
    expect(readsOf(project, { [path]: "content" }, statSync(path).ctimeMs - 1)).toEqual([]);
    expect(readsOf(project, { [`${path}.none`]: "content", [project]: "content" })).toEqual([]);
  });

  it("passes over links into the store", () => {
    const project = inProject();
    put(project, "store/a.csv", "a");
    symlinkSync("store", join(project, "results"));
    expect(readsOf(project, { [join(project, "results", "a.csv")]: "content" })).toEqual([]);
  });

  it("keeps of a large file its size and time alone", () => {
    const project = inProject();
    const path = put(project, "a.bin", "");
    writeFileSync(path, Buffer.alloc(17 * 2 ** 20));
    const [read] = readsOf(project, { [path]: "content" });
    expect(read).toMatchObject({ sizeBytes: 17 * 2 ** 20 });
    expect(read).not.toHaveProperty("sha256");
    utimesSync(path, 1, 1);
    expect(read && hasChanged(read)).toBe(true);
  });

  it("keeps no more than can be looked at each time", () => {
    const project = inProject();
    const paths = Array.from({ length: 300 }, (_, index) => put(project, `data/${index}`, ""));
    expect(readsOf(project, Object.fromEntries(paths.map((path) => [path, "content"])))).toHaveLength(256);
  });

  it("is the same after it was written as JSON, and nothing when it is none", () => {
    const project = inProject();
    const path = put(project, "data/a.csv", "a");
    const reads = readsOf(project, { [path]: "content", [join(project, "data")]: "list" });
    expect(reads.map((one) => readOutsideRead(one as unknown as Json))).toEqual(reads);
    for (const other of [null, 1, {}, { kind: "file", path }, { kind: "folder", path, how: "x", sha256: "" }])
      expect(readOutsideRead(other)).toBeUndefined();
  });
});

describe("hasChanged", () => {
  it("sees another content, and not another time", () => {
    const project = inProject();
    const path = put(project, "a.csv", "a");
    const [read] = readsOf(project, { [path]: "content" }) as [OutsideRead];
    expect(hasChanged(read)).toBe(false);
    utimesSync(path, 1, 1);
    expect(hasChanged(read)).toBe(false);
    writeFileSync(path, "b");
    utimesSync(path, 2, 2);
    expect(hasChanged(read)).toBe(true);
    writeFileSync(path, "longer");
    expect(hasChanged(read)).toBe(true);
  });

  it("says nothing of what is gone", () => {
    const project = inProject();
    const path = put(project, "a.csv", "a");
    const [read] = readsOf(project, { [path]: "content" }) as [OutsideRead];
    rmSync(path);
    expect(hasChanged(read)).toBe(false);
  });

  it("sees that a file was added to a folder whose list was read", () => {
    const project = inProject();
    const folder = join(project, "data");
    const path = put(folder, "a.csv", "a");
    const [read] = readsOf(project, { [path]: "content", [folder]: "list" }) as [OutsideRead];
    expect(read).toMatchObject({ kind: "folder", path: folder });
    expect(hasChanged(read)).toBe(false);
    put(folder, "b.csv", "b");
    expect(hasChanged(read)).toBe(true);
  });

  it("sees a change deep in a folder that a program was told of", () => {
    const project = inProject();
    const folder = join(project, "data");
    const path = put(folder, "deep/a.csv", "a");
    const [read] = readsOf(project, { [folder]: "content" }) as [OutsideRead];
    expect(hasChanged(read)).toBe(false);
    writeFileSync(path, "changed");
    expect(hasChanged(read)).toBe(true);
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    expect(hasChanged(read)).toBe(true);
  });
});
