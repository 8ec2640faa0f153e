import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findUserConfig } from "../../../kernel/tsconfig/find.ts";
import { parseJsonc } from "../../../kernel/tsconfig/jsonc.ts";

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
    files: [
      join(folder, "deep", "tsconfig.json"),
      join(folder, "node_modules", "base", "tsconfig.json"),
      join(folder, "paths.json"),
    ],
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
