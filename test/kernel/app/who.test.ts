import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

describe("%who and %whos", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
  });
  afterAll(async () => await kernel.stop());

  it("say when there is nothing", async () => {
    expect((await kernel.run("%who")).printed).toBe("no names yet\n");
    expect((await kernel.run("%whos")).printed).toBe("no names yet\n");
  });

  it("name what cells and magics have defined, and neither the kernel's names nor what has no value yet", async () => {
    await kernel.run(
      'import { basename } from "node:path";\nimport * as fs from "node:fs";\nlet xs = [1, 2, 3];\nfunction fit(epochs: number) {}\ninterface Row { a: number }',
    );
    await kernel.run(
      'const trap = { get a() { throw new Error("ran"); } };\nconst text = "x".repeat(500);\nconst wrapped = new Proxy({}, { getOwnPropertyDescriptor() { throw new Error("ran"); } });',
    );
    await kernel.run("%%stage digits\nexport const config = {};\nexport default async () => {};");
    await kernel.run("xs = [7]; const empty = undefined;");
    expect((await kernel.run("%who\nconst later = 1;")).printed).toBe(
      "xs  fit  trap  text  wrapped  digits  empty\n",
    );
    const { printed } = await kernel.run("%whos");
    const rows = printed.split("\n").map((row) => row.split(/ {2,}/u));
    expect(rows).toEqual([
      ["name", "type", "value", "cell"],
      expect.any(Array),
      ["xs", "Array(1)", "[7]", "[3]"],
      ["fit", "function", "function fit(epochs)", "[3]"],
      ["trap", "object with 1 key", "{ a: [Getter] }", "[4]"],
      ["text", "string of 500 characters", expect.stringMatching(/^"x{78}…$/u), "[4]"],
      ["wrapped", "Proxy", "[4]"],
      ["digits", "stage", "digits"],
      ["empty", "undefined", "[6]"],
      ["later", "number", "1", "[7]"],
      [""],
      ["imported: basename, fs"],
      [""],
    ]);
  });
});
