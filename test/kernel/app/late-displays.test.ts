import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { runNotebook } from "../../../kernel/app/run.ts";
import { notebookOf } from "../../support/notebook-of.ts";

const late =
  '(text) => ({ [Symbol.for("Jupyter.display")]: async () => { await new Promise((later) => setTimeout(later, 300)); return { "text/plain": text }; } })';

it("What displays itself by a promise is in the cell's output, in its place, also when it comes last", async () => {
  const cells = [
    `const late = ${late};`,
    'display(late("one"));\ndisplay("two");\ndisplay("").update(late("three"));\n4',
  ];
  expect(await textsOf(cells)).toEqual([[], ["one", "'two'", "three", "4"]]);
});

it("What a realizer displays by a promise is kept with what it made", async () => {
  const cells = [
    `%%stage picture\nexport const config = {};\nexport default async () => { display((${late})("late")); };`,
    "%realize picture",
    "%realize picture",
  ];
  const [, built, reused] = await textsOf(cells);
  expect(built?.at(-1)).toBe("late");
  expect(reused?.at(-1)).toBe("late");
});

it("display() shows a stage, its outcomes and what explains it as the result of a cell would be shown", async () => {
  const cells = [
    "%%stage model\nexport const config = { lr: 0.1 };\nexport default async () => {};",
    "display(model);\ndisplay(await outcomes(model));\ndisplay(await explain(model));\ndisplay([model.name]);",
    "await explain(model)",
    'import { compare } from "lightnix";\nawait compare(model, stage({ ...model, config: { lr: 0.2 } }))',
  ];
  const [, shown = [], explained, compared] = await textsOf(cells);
  expect(shown).toEqual([
    expect.stringMatching(/^model {2}\w+ {2}\(stage\)/u),
    expect.stringContaining("no outcomes yet"),
    expect.stringContaining("would run 1"),
    expect.stringContaining("'model'"),
  ]);
  expect(explained).toEqual([shown[2]]);
  expect(compared).toEqual([expect.stringMatching(/^model {2}\(compare\)[^]*lr +0\.1 +0\.2/u)]);
});

/** The texts of what each cell shows. */
async function textsOf(cells: readonly string[]): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), "lightnix-late-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  vi.stubEnv("XDG_DATA_HOME", folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const path = join(folder, "book.ipynb");
  writeFileSync(path, JSON.stringify(notebookOf(cells)));
  const { notebook, failure } = await runNotebook(path, {});
  expect(failure).toBeUndefined();
  return notebook.cells.map(({ outputs = [] }) =>
    outputs.map((one) => ("data" in one ? String((one.data as Record<string, unknown>)["text/plain"]) : "")),
  );
}
