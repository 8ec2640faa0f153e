import { expect, it } from "vitest";
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

it("libraries are those of the Node that runs", () => {
  expect(libraries("20.19.0")).toContain("es2023");
  expect(libraries("20.19.0")).not.toContain("esnext");
  expect(libraries("22.1.0")).toContain("es2025.iterator");
  expect(libraries("26.0.0")).toEqual(["esnext"]);
});
