import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openNotebook } from "./notebook.ts";

const runtime = `export namespace JSX {
  interface Element { readonly kind: "tiny"; }
  interface IntrinsicElements { b: { id?: string; children?: unknown }; }
}
export function jsx(tag: unknown, props: unknown): JSX.Element;
export function jsxs(tag: unknown, props: unknown): JSX.Element;
export const Fragment: unique symbol;
`;

function withRuntime(folder: string): void {
  mkdirSync(join(folder, "node_modules", "tiny"), { recursive: true });
  writeFileSync(
    join(folder, "node_modules", "tiny", "package.json"),
    '{ "name": "tiny", "exports": { "./jsx-runtime": { "types": "./jsx-runtime.d.ts" } } }',
  );
  writeFileSync(join(folder, "node_modules", "tiny", "jsx-runtime.d.ts"), runtime);
  writeFileSync(
    join(folder, "tsconfig.json"),
    '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "tiny" } }',
  );
}

describe("elements", () => {
  it("are checked against the runtime that tsconfig.json names, and known to later cells", async () => {
    const { folder, run, check, typeOf, complete } = openNotebook();
    withRuntime(folder);
    expect(await run('const count = 3;\nconst el = <b id="x">{count}</b>;')).toEqual([]);
    expect(await run("function Hello({ who }: { who: string }) { return <b>{who}</b>; }")).toEqual([]);
    expect(await check("el.kind = 'x'")).toEqual([expect.stringMatching(/^0:3 2540/u)]);
    expect(await check("<Hello who={1}/>")).toEqual([expect.stringMatching(/^0:7 2322/u)]);
    expect(await check("<b idd='x'/>")).toEqual([expect.stringMatching(/^0:3 2322/u)]);
    expect(await check("<i/>")).toEqual([expect.stringMatching(/^0:0 2339/u)]);
    expect(await typeOf("Hello({ who: '' }).kind")).toBe('"tiny"');
    expect(await complete("<Hello w|")).toContain("who");
    expect(await complete("<He|")).toContain("Hello");
    // And back: TypeScript without elements means what it meant.
    expect(await check("const id = <T>(x: T) => x; id<string>(1 as any).length")).toEqual([]);
  });

  it("call a factory that a comment names, which is an earlier cell's", async () => {
    const { run, check } = openNotebook();
    expect(
      await run(
        "const h = (tag: string, props: object | null, ...rest: unknown[]) => ({ tag, props, rest });",
      ),
    ).toEqual([]);
    expect(await run("/** @jsx h */\nconst el = <b id='x'>{1}</b>;")).toEqual([]);
    expect(await check("const n: number = 'x'; /** @jsx h */ <b/>")).toEqual([
      expect.stringMatching(/^0:6 2322/u),
    ]);
  });

  it("without any runtime are told to need one", async () => {
    const { check } = openNotebook();
    expect(await check("<b/>")).toEqual([expect.stringMatching(/^0:0 2875 .*react\/jsx-runtime/u)]);
  });

  it("that are half typed are told with their place", async () => {
    const { check } = openNotebook();
    expect(await check("const el = <b>\n  text</")).toEqual([expect.stringMatching(/^1:8 1003 /u)]);
  });
});
