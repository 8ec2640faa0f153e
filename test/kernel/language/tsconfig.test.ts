import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findUserConfig, libraries, notebookConfig, parseJsonc } from "../../../kernel/language/tsconfig.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("a configuration is read with comments, trailing commas and a byte order mark", () => {
  expect(parseJsonc('\uFEFF{ "a": "// no /* comment, ]", /* yes, */ "b": [1, 2,], // end\n }')).toEqual({
    a: "// no /* comment, ]",
    b: [1, 2],
  });
});

it("the nearest tsconfig.json counts, with what it extends", () => {
  mkdirSync(join(folder, "deep", "er"), { recursive: true });
  mkdirSync(join(folder, "node_modules", "base"), { recursive: true });
  writeFileSync(
    join(folder, "node_modules", "base", "tsconfig.json"),
    '{ "compilerOptions": { "strict": false, "jsx": "react" } }',
  );
  writeFileSync(join(folder, "paths.json"), '{ "compilerOptions": { "paths": { "#/*": ["./lib/*"] } } }');
  writeFileSync(
    join(folder, "deep", "tsconfig.json"),
    '{ "extends": ["base", "../paths.json"], "compilerOptions": { "strict": true } }',
  );
  expect(findUserConfig(join(folder, "deep", "er"))).toEqual({
    path: join(folder, "deep", "tsconfig.json"),
    options: { strict: true, jsx: "react", paths: { "#/*": [join(folder, "lib", "*")] } },
  });
});

it("a configuration that is broken or extends itself counts as what can be read of it", () => {
  writeFileSync(
    join(folder, "tsconfig.json"),
    '{ "extends": "./tsconfig.json", "compilerOptions": { "strict": false } }',
  );
  expect(findUserConfig(folder)?.options).toEqual({ strict: false });
  writeFileSync(join(folder, "tsconfig.json"), "{ nonsense");
  expect(findUserConfig(folder)?.options).toEqual({});
});

it("a notebook takes from the user's what concerns cells, and keeps the rest", () => {
  const user = {
    path: "x",
    options: {
      noImplicitReturns: true,
      module: "commonjs",
      outDir: "out",
      noUnusedLocals: true,
      paths: { a: ["/a"] },
    },
  };
  const config: unknown = JSON.parse(
    notebookConfig(user, { folder, files: ["cell.ts"], paths: { lightnix: ["/l"] } }),
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
