import fc from "fast-check";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readArtifacts } from "../../../magics/facts/artifacts.ts";
import type { Artifact } from "../../../magics/facts/artifacts.ts";
import { separatedValues, tidyJson } from "../../../magics/facts/preview.ts";
import { artifactsView } from "../../../magics/views/artifacts.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lightnix-artifacts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("tidyJson()", () => {
  it("puts a series of numbers on as few lines as it needs, and stays JSON", () => {
    expect(tidyJson({ loss: [0.5, -1e-7], names: ["a"] })).toBe(
      '{\n  "loss": [0.5, -1e-7],\n  "names": [\n    "a"\n  ]\n}',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(tidyJson(value as never))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    const long = Array.from({ length: 100 }, (_, index) => index / 3);
    expect(JSON.parse(tidyJson({ long }))).toEqual({ long });
    expect(
      Math.max(
        ...tidyJson({ long })
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThan(120);
  });
});

describe("readArtifacts()", () => {
  it("tells files, folders and links, and follows no link", () => {
    mkdirSync(join(folder, "model", "deep"), { recursive: true });
    writeFileSync(join(folder, "model", "deep", "w.bin"), "12345");
    writeFileSync(join(folder, "model", "m.json"), "{}");
    symlinkSync("/etc/passwd", join(folder, "link"));
    expect(readArtifacts(folder, ["link", "model"])).toMatchObject([
      { kind: "link", target: "/etc/passwd" },
      {
        kind: "folder",
        path: "model",
        sizeBytes: 7,
        files: 2,
        isCut: false,
        entries: [{ path: "model/deep" }, { path: "model/m.json" }],
      },
    ]);
  });

  it("previews a picture by what is in it and not by its name", () => {
    const png = "\u0089PNG\r\n\u001a\n\0\0\0";
    expect(previewOf("plot.txt", Buffer.from(png, "latin1"))).toMatchObject({
      kind: "picture",
      uri: expect.stringMatching(/^data:image\/png;base64,iVBOR/u),
    });
    expect(previewOf("plot.png", "no picture")).toEqual({ kind: "text", text: "no picture", isCut: false });
    expect(previewOf("plot.svg", "<svg/>")).toMatchObject({ kind: "text" });
    expect(previewOf("plot.svg", "<svg ></svg>")).toMatchObject({ kind: "picture" });
    truncateSync(write("big.png", Buffer.from(png, "latin1")), 1_000_001);
    expect(previewOf("big.png")).toEqual({ kind: "large-picture" });
  });

  it("previews JSON, tables and text, each by its beginning", () => {
    expect(previewOf("a.json", '{"a":[1]}')).toMatchObject({
      kind: "json",
      text: '{\n  "a": [1]\n}',
      isCut: false,
    });
    expect(previewOf("points.json", JSON.stringify(Array.from({ length: 9 }, (_, n) => [n, n / 3])))).toEqual(
      {
        kind: "table",
        columns: ["0", "1"],
        rows: Array.from({ length: 8 }, (_, n) => [String(n), String(Number((n / 3).toPrecision(6)))]),
        total: 9,
        about: "9 rows of 2 values",
        isCut: true,
      },
    );
    expect(previewOf("rows.json", '[{"a":1,"b":"x"},{"a":2,"c":null}]')).toEqual({
      kind: "table",
      columns: ["a", "b", "c"],
      rows: [
        ["1", "x", ""],
        ["2", "", "null"],
      ],
      total: 2,
      about: "2 rows of a, b, c",
      isCut: false,
    });
    for (const other of ["[1,2]", "[[1,2],[3]]", "[[1,[2]],[3,4]]", '[{"a":{}},{"a":1}]', "[{},{}]"])
      expect(previewOf("a.json", other)).toMatchObject({ kind: "json" });
    expect(previewOf("a.json", "{no json")).toMatchObject({ kind: "text" });
    expect(previewOf("a.csv", "a,b\n1,2\n")).toEqual({
      kind: "table",
      columns: ["a", "b"],
      rows: [["1", "2"]],
      isCut: false,
    });
    expect(previewOf("a.tsv", "a\tb\n1\t2")).toMatchObject({ kind: "table", rows: [["1", "2"]] });
    expect(previewOf("long.csv", `a,b\n${"1,2\n".repeat(9000)}`)).toMatchObject({
      kind: "table",
      isCut: true,
    });
    expect(previewOf("a.txt", "x\n".repeat(100))).toMatchObject({ kind: "text", isCut: true });
    expect(previewOf("cut.txt", "é".repeat(20_000))).toMatchObject({ kind: "text", isCut: true });
    expect(previewOf("empty.txt", "")).toEqual({ kind: "text", text: "", isCut: false });
  });

  it("has no preview of binary data", () => {
    expect(previewOf("a.bin", Buffer.from([1, 2, 3]))).toBeUndefined();
    expect(previewOf("a.bin", Buffer.from([0xff, 0xfe, 0x41]))).toBeUndefined();
    expect(previewOf("a.json", Buffer.from([0]))).toBeUndefined();
  });

  it("stops listing and previewing in time", () => {
    mkdirSync(join(folder, "many"));
    for (let index = 0; index < 400; index++) write(`many/${index}.txt`, "x");
    for (let index = 0; index < 20; index++) write(`${index}.txt`, "x");
    const names = [...Array.from({ length: 20 }, (_, index) => `${index}.txt`), "many"];
    const artifacts = readArtifacts(folder, names);
    expect(artifacts.filter((one) => one.kind === "file" && one.preview !== undefined)).toHaveLength(12);
    expect(artifacts.at(-1)).toMatchObject({ kind: "folder", isCut: true });
    const { text, html } = artifactsView(artifacts.slice(-1));
    expect(text).toMatch(/^many\/ {2}> \d+ B {2}more than \d+ files$/u);
    expect(html.markup).toMatch(/more than \d+ files, &gt; \d+ B/u);
  });
});

describe("separatedValues()", () => {
  it("reads quoted cells with separators, quotes and lines in them", () => {
    expect(separatedValues('a,"b, ""c""\nd",\r\n1,2,3', ",", 10)).toEqual([
      ["a", 'b, "c"\nd', ""],
      ["1", "2", "3"],
    ]);
    expect(separatedValues("a,b\n\n1,2\n", ",", 10)).toEqual([["a", "b"], [""], ["1", "2"]]);
    expect(separatedValues("a\n".repeat(20), ",", 3)).toHaveLength(3);
  });
});

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function previewOf(name: string, content?: string | Buffer): unknown {
  if (content !== undefined) write(name, content);
  const [artifact] = readArtifacts(folder, [name]);
  return (artifact as Extract<Artifact, { kind: "file" }>).preview;
}
