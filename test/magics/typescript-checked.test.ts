import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { scopeDeclarations } from "../../magics/scope-declarations.ts";
import { typescriptView } from "../../magics/typescript.ts";
import { options } from "./support/cells.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lightnix-types-"));
afterAll(() => rmSync(folder, { recursive: true }));

const digits = `%%stage digits
export const config = { count: 3, sub: { mean: 0.5 }, table: self("table.csv") };
export default async (build) => {
  build.path("table.csv", build.config.count.toFixed());
};`;

const classifier = `%%stage classifier --outs 2
export const config = { digits, lr: 0.1, metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "accuracy" });
export default async function train(build: Build) {
  build.log(build.lens.digits.table.syspath + build.config.lr.toFixed());
}`;

const use = `%realize classifier --as r
%sweep classifier --grid lr=0.1,0.01 --as grid
grid.points[0]?.stage.config.lr.toFixed();
%realize grid --as all
all[0]?.startsWith("rref:");
sweep(classifier, { lr: [0.1], "digits.count": [1, 2] });
%lens classifier.digits.sub.mean
%lens r.metrics
%outcomes classifier
const path: string = lens(r).digits.table.syspath;
path.trim()
%store`;

describe("the TypeScript views of cells, given to the compiler", () => {
  it("type-check, each stage with its own config", async () => {
    expect(await check({ digits, classifier, use })).toBe("");
  });

  it("have errors where the person made them", async () => {
    const wrong = {
      digits: digits.replace("count.toFixed", "cuont.toFixed"),
      classifier: classifier.replace("lens.digits.table", "lens.digits.tabel"),
      use: use.replace("sub.mean", "sub.maen").replace("digits.count", "digits.cuont"),
    };
    const report = await check(wrong);
    expect(report).toMatch(/digits\.ts\(4,40\).*'cuont' does not exist/u);
    expect(report).toMatch(/classifier\.ts\(5,31\).*'tabel' does not exist/u);
    expect(report).toMatch(/use\.ts.*'maen' does not exist/u);
    expect(report).toMatch(/use\.ts.*'"digits\.cuont"' does not exist/u);
  });
});

// Writes the views as modules that see each other as a kernel's would, and gives what the compiler says.
async function check(cells: Readonly<Record<string, string>>): Promise<string> {
  const seen = new Map<string, string>();
  for (const [file, cell] of Object.entries(cells)) {
    const view = typescriptView(cell, options);
    const imports = [...seen].map(
      ([name, from]) =>
        `import type { ${from} as __${name} } from "./${name}.ts"; declare const ${name}: typeof __${name};`,
    );
    writeFileSync(
      join(folder, `${file}.ts`),
      `${view.text}${view.epilogue}\n${imports.join("\n")}\nexport {};\n`,
    );
    for (const { name, local } of view.binds) if (view.scope === "module") seen.set(name, local);
  }
  writeFileSync(join(folder, "scope.d.ts"), scopeDeclarations);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project));
  try {
    await promisify(execFile)(process.execPath, [
      join(root, "node_modules/typescript/bin/tsc"),
      "-p",
      folder,
    ]);
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

const project = {
  compilerOptions: {
    target: "es2023",
    lib: ["es2023", "esnext.disposable"],
    module: "nodenext",
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: { lightnix: [join(root, "core/index.ts")], "*": [join(root, "node_modules/*")] },
  },
  include: ["*.ts"],
};
