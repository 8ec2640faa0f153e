import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { packageRoot } from "../../../../kernel/app/package.ts";
import { thrownAt } from "../../../../kernel/app/terminal/thrown-at.ts";

const failed = (...frames: readonly string[]): Error => {
  const cause = new Error("no");
  cause.stack = ["Error: no", "that has (two:1:2) lines", ...frames.map((frame) => `    at ${frame}`)].join(
    "\n",
  );
  return new Error("Cannot build", { cause });
};

it("finds the innermost place in the code of a closed stage, past packages, Node and Lightnix", () => {
  const own = `${pathToFileURL(packageRoot).href}/dist/chunks/chunk.js:1:2`;
  const inPackage = "file:///home/u/node_modules/tfjs/index.js:3:4";
  const error = failed(
    `lens (${own})`,
    `fit (${inPackage})`,
    "node:fs:5:6",
    "Module.realize (stage:a b.ts:7:8)",
    own,
  );
  expect(thrownAt(error)).toBe("a b.ts:7:8");
  expect(thrownAt(failed("stage:a.ts:7:8"))).toBe("a.ts:7:8");
});

it("finds it in the file of an open stage, relative to the folder", () => {
  expect(thrownAt(failed("async realize (file:///home/u/x%20y/stages.ts:7:8)"), "/home/u")).toBe(
    "x y/stages.ts:7:8",
  );
});

it("has nothing to say of an error without a place", () => {
  expect(thrownAt(failed("node:fs:5:6"))).toBeUndefined();
  expect(thrownAt(new Error("no", { cause: "a text" }))).toBeUndefined();
  expect(thrownAt(undefined)).toBeUndefined();
});
