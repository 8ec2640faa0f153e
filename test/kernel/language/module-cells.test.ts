import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CellView } from "../../../kernel/language/view.ts";
import { openNotebook } from "./notebook.ts";
import type { Notebook } from "./notebook.ts";

const library = `
export interface Stage<C> { readonly config: C }
export interface Build<C> { readonly config: C; readonly lens: Lens<C>; path(...segments: string[]): string }
export type Lens<C> = { readonly [K in keyof C]: C[K] extends Stage<infer D> ? Lens<D> : { readonly syspath: string; readonly val: C[K] } };
`;

// What a `%%stage` cell looks like to the language service.
function stageCell(name: string, body: string): CellView {
  return {
    text: `        ${" ".repeat(name.length)}\n${body}`,
    epilogue: `\ntype Build = import("library").Build<typeof config>;\nexport declare const __${name}: import("library").Stage<typeof config>;\n`,
    scope: "module",
    binds: [{ name, local: `__${name}` }],
  };
}

function openStages(): Notebook {
  const { folder } = openNotebook();
  writeFileSync(join(folder, "library.d.ts"), library);
  return openNotebook({
    folder,
    paths: { library: [join(folder, "library.d.ts")] },
    ambient: 'type Lens<C> = import("library").Lens<C>;',
  });
}

const digits =
  "export const config = { size: 10, labels: 'labels.bin' };\nexport default async (build: Build) => { build.lens.size.val.toFixed(); };";

it("a module cell sees earlier names and types of its own config", async () => {
  const { run, complete } = openStages();
  expect(await run(stageCell("digits", digits))).toEqual([]);
  const body =
    "const rate = 0.5;\nexport const config = { digits, rate };\nexport default async (build: Build) => { build.lens.digits.";
  expect(await complete(stageCell("classifier", `${body}|\n};`))).toEqual(["labels", "size"]);
  expect(await run(stageCell("classifier", `${body}labels.syspath; build.lens.digits.nope; };`))).toEqual([
    expect.stringContaining("3:93 2339 Property 'nope' does not exist"),
  ]);
});

it("later cells see only what a module cell binds", async () => {
  const { run, typeOf, inspect } = openStages();
  await run("const config = 'mine';");
  await run(stageCell("digits", `import fs from 'node:fs';\nconst local = 1;\n${digits}`));
  expect(await typeOf("digits.config.size")).toBe("number");
  expect(await inspect("dig|its")).toMatch(/^let digits: Stage<\{/);
  expect(await typeOf("config")).toBe('"mine"');
  expect(await run("local; fs;")).toHaveLength(2);
});

it("a module cell that is run again with another config is another type", async () => {
  const { run, typeOf } = openStages();
  await run(stageCell("digits", digits));
  await run("const before = digits;");
  await run(stageCell("digits", digits.replace("size: 10", "size: 'big'").replace("toFixed", "trim")));
  expect(await typeOf("digits.config.size")).toBe("string");
  expect(await typeOf("before.config.size")).toBe("number");
});

it("the host may name the types of a module cell itself", async () => {
  const { language, typeOf } = openStages();
  const cell = await language.commit({ text: "export const config = { depth: [1, 2] };", scope: "module" });
  await language.define("model", `import("library").Stage<${cell.typeOf("config")}>`);
  expect(await typeOf("model.config.depth")).toBe("number[]");
});

it("a chain of module cells keeps all types", async () => {
  const { run, typeOf } = openStages();
  await run(stageCell("stage0", "export const config = { seed: 1 };"));
  for (let index = 1; index < 8; index += 1) {
    await run(
      stageCell(`stage${index}`, `export const config = { parent: stage${index - 1}, width: ${index} };`),
    );
  }
  expect(await typeOf("stage7.config.parent.config.parent.config.width")).toBe("number");
  expect(await typeOf("stage1.config.parent.config.seed")).toBe("number");
});
