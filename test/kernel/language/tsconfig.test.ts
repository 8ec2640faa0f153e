import { expect, it } from "vitest";
import { openNotebook } from "./notebook.ts";
import { libraries, notebookConfig } from "../../../kernel/language/tsconfig.ts";

it("a notebook takes from the user's what concerns cells, and keeps the rest", () => {
  const user = {
    path: "/x/tsconfig.json",
    files: [],
    problems: [],
    options: {
      noImplicitReturns: true,
      module: "commonjs",
      outDir: "out",
      noUnusedLocals: true,
      paths: { a: ["/a"] },
    },
  };
  const config: unknown = JSON.parse(
    notebookConfig(user, { folder: "/x", files: ["cell.ts"], paths: { lightnix: ["/l"] } }),
  );
  expect(config).toMatchObject({
    files: ["cell.ts"],
    compilerOptions: {
      noImplicitReturns: true,
      module: "preserve",
      strict: true,
      paths: { a: ["/a"], lightnix: ["/l"] },
    },
  });
  expect(JSON.stringify(config)).not.toMatch(/outDir|noUnusedLocals/);
});

const since: Readonly<Record<string, number>> = {
  "import { DatabaseSync } from 'node:sqlite'; DatabaseSync": 22,
  "import { globSync } from 'node:fs'; globSync": 22,
  "navigator.hardwareConcurrency": 22,
  "Iterator.from([1]).toArray()": 22,
  "Array.fromAsync([1])": 22,
  "Promise.withResolvers()": 22,
  "Promise.try(() => 1)": 24,
  "RegExp.escape('a')": 24,
  "new Float16Array(2)": 24,
  "Error.isError(1)": 24,
  "new URLPattern({ pathname: '/a' })": 24,
};

it.each(Object.entries(since))("a cell may use %s where Node has it", async (code, major) => {
  const problems = await openNotebook().check(code);
  if (Number.parseInt(process.versions.node, 10) >= major) expect(problems).toEqual([]);
  else expect(problems).not.toEqual([]);
});

it("libraries are those of the Node that runs", () => {
  expect(libraries("20.19.0")).toContain("es2023");
  expect(libraries("20.19.0")).not.toContain("esnext");
  expect(libraries("22.1.0")).toContain("es2025.iterator");
  expect(libraries("24.0.0")).toContain("es2025");
  expect(libraries("26.0.0")).toEqual(["esnext"]);
});
