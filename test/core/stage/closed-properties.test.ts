import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../core/canonical.ts";
import { loadBundle } from "../../../core/stage/load-bundle.ts";
import { makeBundle } from "../../../core/stage/make-bundle.ts";
import { only } from "../../../core/stage/matchers.ts";
import { matcherText } from "../../../core/stage/matcher-text.ts";
import { moduleSource } from "../../../core/stage/module-source.ts";
import { sourceIdentity } from "../../../core/stage/source.ts";
import { bundleText } from "../../../core/store/bundle-text.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";

/** A declaration: a number plus what those that it uses come to. */
interface Declaration {
  readonly form: "const" | "function" | "arrow" | "class";
  readonly value: number;
  /** Which module it is in, the stage's own being the first. */
  readonly module: number;
  /** Declarations before this one. */
  readonly uses: readonly number[];
}

/** A project with a stage that uses its last declaration. */
type Program = readonly [Declaration, ...Declaration[]];

/** How a program is written down, which says nothing about what it does. */
interface Style {
  readonly comment: string;
  readonly indent: string;
  readonly types: boolean;
  readonly semicolons: boolean;
}

const programs: fc.Arbitrary<Program> = fc
  .array(
    fc.record({
      form: fc.constantFrom("const" as const, "function" as const, "arrow" as const, "class" as const),
      value: fc.integer({ min: 1, max: 1000 }),
      module: fc.integer({ min: 0, max: 3 }),
      uses: fc.uniqueArray(fc.nat(100), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  // Modules import only from later ones, so that nothing is used before it is there.
  .map((all) => {
    const sorted = all.toSorted((a, b) => b.module - a.module);
    const bound = sorted.map((one, index) => ({
      ...one,
      uses: [...new Set(one.uses.flatMap((use) => (index === 0 ? [] : [use % index])))],
    }));
    return bound as unknown as Program;
  });

const styles: fc.Arbitrary<Style> = fc.record({
  comment: fc.constantFrom("", "// a remark\n", "/* long\n remark */"),
  indent: fc.constantFrom("", "  ", "\n\t"),
  types: fc.boolean(),
  semicolons: fc.boolean(),
});

const RUNS = { numRuns: 40 };

describe("the identity of a closed stage", () => {
  it("says nothing of comments, layout, types and folders", () => {
    fc.assert(
      fc.property(programs, styles, styles, (program, one, other) => {
        expect(identity(program, one, freshFolder())).toBe(identity(program, other, freshFolder()));
      }),
      RUNS,
    );
  });

  it("changes with everything that its realizer reaches, and with nothing else", () => {
    fc.assert(
      fc.property(programs, styles, fc.nat(), (program, style, seed) => {
        const index = seed % program.length;
        const edited = program.map((one, at) => (at === index ? { ...one, value: one.value + 1 } : one));
        const before = identity(program, style, freshFolder());
        const after = identity(edited as unknown as Program, style, freshFolder());
        expect(before !== after).toBe(reached(program).has(index));
      }),
      RUNS,
    );
  });
});

describe("the bundle of a closed stage", () => {
  it("does what its modules do, and has the same bytes in every folder", async () => {
    await fc.assert(
      fc.asyncProperty(programs, styles, async (program, style) => {
        const [one, other] = await Promise.all(
          [freshFolder(), freshFolder()].map((folder) => bundled(program, style, folder)),
        );
        expect(one).toBe(other);
        const store = freshStore();
        const dref = await store.putDerivation("train", {});
        await store.putBundle(dref, one ?? "");
        const { realize } = await loadBundle(store, dref);
        expect(realize(0 as never)).toBe(resultOf(program, program.length - 1));
      }),
      RUNS,
    );
  });
});

function reached(program: Program): Set<number> {
  const found = new Set([program.length - 1]);
  for (const index of found) for (const use of program[index]?.uses ?? []) found.add(use);
  return found;
}

function resultOf(program: Program, index: number): number {
  const { value = 0, uses = [] } = program[index] ?? {};
  return uses.reduce((sum, use) => sum + resultOf(program, use), value);
}

function identity(program: Program, style: Style, folder: string): string {
  return canonicalJson(sourceIdentity(sourceOf(program, style, folder).source, "train"));
}

async function bundled(program: Program, style: Style, folder: string): Promise<string> {
  const code = sourceOf(program, style, folder).bundler.code(matcherText(only()));
  if ("plain" in code) throw new TypeError("A module is more than plain code");
  const entry = { ...code.entry, title: "stages.ts" };
  return bundleText(await makeBundle({ ...code, name: "train", entry, facts: { key: "", outs: 1 } }));
}

function sourceOf(program: Program, style: Style, folder: string): ReturnType<typeof moduleSource> {
  for (const [module, text] of render(program, style).entries())
    writeFileSync(join(folder, `m${module}.ts`), text);
  return moduleSource({
    name: "train",
    realize: () => "elsewhere",
    module: new URL(`file://${folder}/m0.ts`).href,
  });
}

/** The texts of the modules. */
function render(program: Program, style: Style): string[] {
  const stage = `export const train = stage({ name: "train", realize: () => ${call(program, program.length - 1)} })`;
  return [0, 1, 2, 3].map((module) => {
    const own = [...program.entries()].filter(([, one]) => one.module === module);
    const used = new Set(own.flatMap(([, { uses }]) => uses));
    if (module === 0) used.add(program.length - 1);
    const imports = [...used]
      .filter((use) => program[use]?.module !== module)
      .sort((a, b) => a - b)
      .map((use) => `import { d${use} } from "./m${program[use]?.module ?? 0}.ts"`);
    const lines = [
      ...imports,
      ...own.map(([index]) => declaration(program, index, style)),
      ...(module === 0 ? [`const unused = "never reached"`, stage] : []),
    ];
    return lines.map((line) => `${style.comment}${line}${style.semicolons ? ";" : ""}\n`).join(style.indent);
  });
}

function declaration(program: Program, index: number, { types, indent }: Style): string {
  const { form, value, uses } = program[index] ?? program[0];
  const sum = [value, ...uses.map((use) => call(program, use))].join(` +${indent} `);
  const [asNumber, number] = types ? [": number", " as number"] : ["", ""];
  switch (form) {
    case "const":
      return `export const d${index}${asNumber} = (${sum})${number}`;
    case "function":
      return `export function d${index}()${asNumber} {${indent} return (${sum})${number} }`;
    case "arrow":
      return `export const d${index} = ()${asNumber} => (${sum})${number}`;
    case "class":
      return `export class d${index} {${indent} value${asNumber} = ${sum}; }`;
  }
}

function call(program: Program, index: number): string {
  const form = program[index]?.form;
  if (form === "class") return `new d${index}().value`;
  return form === "const" ? `d${index}` : `d${index}()`;
}
