import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chartKinds } from "../../../../kernel/app/page/charts.ts";
import { findLibraries } from "../../../../kernel/app/page/libraries.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightnix-libraries-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function install(place: string, name: string, about: object, code = `// ${name}`): Promise<void> {
  const root = join(folder, place, name);
  await mkdir(root, { recursive: true });
  await writeFile(join(root, "package.json"), JSON.stringify(about));
  await writeFile(join(root, "browser.js"), code);
}

const kindsOf = (...types: readonly string[]): ReturnType<typeof chartKinds> =>
  chartKinds({
    cells: types.map((type) => ({
      cell_type: "code",
      source: "",
      metadata: {},
      outputs: [{ output_type: "display_data", data: { [type]: {} }, metadata: {} }],
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });
const lite = "application/vnd.vegalite.v5.20.1+json";

describe("findLibraries()", () => {
  it("takes the builds for browsers of packages beside the notebook, above it, or on NODE_PATH", async () => {
    await install("a/node_modules", "vega", { jsdelivr: "browser.js", main: "other.js" });
    await install("node_modules", "vega-lite", { unpkg: "browser.js" });
    await install("global", "plotly.js-dist-min", { main: "browser.js" });
    await mkdir(join(folder, "a/b"));
    const kinds = kindsOf(lite, "application/vnd.plotly.v1+json", lite);
    expect(await findLibraries(kinds, join(folder, "a/b"), [join(folder, "global")])).toEqual({
      libraries: [
        { name: "vega", code: "// vega" },
        { name: "vega-lite", code: "// vega-lite" },
        { name: "plotly.js-dist-min", code: "// plotly.js-dist-min" },
      ],
      missing: [],
    });
  });

  it("names what is missing, but not what is only comfort", async () => {
    await install("node_modules", "vega", { name: "vega" });
    expect(await findLibraries(kindsOf(lite), folder, [])).toEqual({
      libraries: [],
      missing: ["vega", "vega-lite"],
    });
    expect(await findLibraries(kindsOf("text/plain", "application/vnd.vegan.v1+json"), folder, [])).toEqual({
      libraries: [],
      missing: [],
    });
  });
});
