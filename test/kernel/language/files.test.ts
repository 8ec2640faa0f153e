import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { openNotebook } from "./notebook.ts";
import type { Notebook } from "./notebook.ts";

interface FilesNotebook extends Notebook {
  readonly write: (path: string, text: string) => void;
  /** What a check tells of files: `path:line:column code` each. */
  readonly told: (cell: string) => Promise<string[]>;
}

function openWith(files: Readonly<Record<string, string>>): FilesNotebook {
  const notebook = openNotebook();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(notebook.folder, path)), { recursive: true });
    writeFileSync(join(notebook.folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const told = async (cell: string): Promise<string[]> => {
    const { files: found } = await notebook.language.check({ text: cell });
    return found.flatMap(({ path, diagnostics }) =>
      diagnostics.map((one) => `${relative(notebook.folder, path)}:${one.line}:${one.column} ${one.code}`),
    );
  };
  return { ...notebook, write, told };
}

describe("what is wrong in the user's own files", () => {
  it("is told when a cell imports them, and what they import, once until it changes", async () => {
    const { told, write } = openWith({
      "a.ts": 'import { b } from "./lib/b.ts";\nexport const a: string = b;',
      "lib/b.ts": "export const b = 1;\nexport function f(x) { return x; }",
    });
    expect(await told('import { a } from "./a.ts";')).toEqual(["a.ts:1:13 2322"]);
    expect(await told("1;")).toEqual([]);
    expect(await told('import { a } from "./a";')).toEqual([]);
    write("lib/b.ts", "export const b = 'now a string';\nconst c: number = b;");
    expect(await told("2;")).toEqual(["lib/b.ts:1:6 2322"]);
    write("lib/b.ts", "export const b = 'text';");
    expect(await told("3;")).toEqual([]);
    write("lib/b.ts", "export const b = 22;  ");
    expect(await told("4;")).toEqual(["a.ts:1:13 2322"]);
  });

  it("is told of TSX, of aliases and of linked workspaces, not of packages and not of JavaScript", async () => {
    const { told, write, folder } = openWith({
      "tsconfig.json":
        '{ "compilerOptions": { "paths": { "#/*": ["./src/*"] }, "jsxImportSource": "none" } }',
      "src/alias.ts": "export const wrong: string = 1;",
      "view.tsx": "export const View: number = <T,>(x: T) => x;",
      "plain.js": "/** @type {string} */ export const js = 1;",
      "node_modules/pkg/index.ts": "export const pkg: string = 1;",
      "node_modules/pkg/package.json": '{ "name": "pkg", "main": "./index.ts" }',
      "packages/mine/package.json": '{ "name": "mine", "exports": "./index.ts" }',
      "packages/mine/index.ts": "export const mine: string = 2;",
    });
    symlinkSync(join(folder, "packages", "mine"), join(folder, "node_modules", "mine"));
    const cell =
      'import "#/alias"; import "./view"; import "./plain.js"; import "pkg"; import { mine } from "mine";';
    expect((await told(cell)).sort()).toEqual([
      "packages/mine/index.ts:0:13 2322",
      "src/alias.ts:0:13 2322",
      "view.tsx:0:13 2322",
    ]);
    write("packages/mine/index.ts", "export const mine = 'all right';");
    expect(await told("1;")).toEqual([]);
  });

  it("is nothing once the file is gone", async () => {
    const { told, folder } = openWith({ "a.ts": "export const a: string = 1;" });
    expect(await told('import { a } from "./a.ts";')).toHaveLength(1);
    rmSync(join(folder, "a.ts"));
    expect(await told("1;")).toEqual([]);
  });
});

describe("changed files", () => {
  it("are looked at again by alias and in linked workspaces", async () => {
    const { folder, run, check, write } = openWith({
      "tsconfig.json": '{ "compilerOptions": { "paths": { "#/*": ["./src/*"] } } }',
      "src/alias.ts": "export const one = 1;",
      "packages/mine/package.json": '{ "name": "mine", "exports": "./index.ts" }',
      "packages/mine/index.ts": "export const two = 2;",
    });
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(folder, "packages", "mine"), join(folder, "node_modules", "mine"));
    expect(
      await run('import { one } from "#/alias"; import { two } from "mine";\none.toFixed() + two.toFixed()'),
    ).toEqual([]);
    write("src/alias.ts", "export const one = 'changed';");
    write("packages/mine/index.ts", "export const two = 'changed too';");
    expect(await check("one.toFixed(); two.toFixed();")).toEqual([
      expect.stringMatching(/^0:4 2551|^0:4 2339/u),
      expect.stringMatching(/^0:19 2551|^0:19 2339/u),
    ]);
  });
});
