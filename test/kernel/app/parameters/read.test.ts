import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readParameters } from "../../../../kernel/app/parameters/read.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightnix-parameters-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, "p.json");
  await writeFile(path, text);
  return path;
}

describe("readParameters()", () => {
  it("takes a value for JSON, or else for a string", async () => {
    const values = {
      lr: "1e-3",
      name: "adam",
      layers: "[64, 32]",
      id: '"7"',
      empty: "",
      text: " b=c",
      flag: "true",
    };
    expect(await readParameters({ values })).toEqual({
      lr: 0.001,
      name: "adam",
      layers: [64, 32],
      id: "7",
      empty: "",
      text: " b=c",
      flag: true,
    });
  });

  it("lets a file count more than JSON on the command line, and single ones most", async () => {
    const sources = { json: '{"a":1,"b":1,"c":1}', file: await file('{"b":2,"c":2}'), values: { c: "3" } };
    expect(await readParameters(sources)).toEqual({ a: 1, b: 2, c: 3 });
    expect(await readParameters({})).toBeUndefined();
  });

  it.each([
    ["[1]", "it is no JSON object of names and values"],
    ["{a: 1}", "Expected property name"],
  ])("refuses a file with %j", async (text, why) => {
    await expect(readParameters({ file: await file(text) })).rejects.toMatchObject({
      code: "unreadable-parameters",
      message: expect.stringContaining(why),
    });
  });

  it("says which file is not there", async () => {
    await expect(readParameters({ file: join(folder, "none.json") })).rejects.toMatchObject({
      code: "unreadable-parameters",
      message: expect.stringContaining("none.json"),
    });
  });
});
