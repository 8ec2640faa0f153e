import { describe, expect, it } from "vitest";
import { quickstart, steady } from "../support/quickstart.ts";

describe("%outcomes", () => {
  it("shows every realization with its metrics, the best first, the chosen one marked", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier --outcomes 3");
    expect(steady(await notebook.text("%outcomes classifier"))).toBe(
      [
        'classifier  01234567  3 outcomes, 1 chosen by best("metrics.json", accuracy)',
        "",
        "        outcome  accuracy  loss  started  took  size",
        "─  ─  ─  ─  ─  ─  ─",
        "chosen  01234567  0.90  0  just now  5 ms  25 B",
        "        01234567  0.89  1  just now  5 ms  26 B",
        "        01234567  0.88  2  just now  5 ms  26 B",
        "",
        "best accuracy first (largest) · ages as of 2026-01-02 03:04",
      ].join("\n"),
    );
  });

  it("sorts by another metric and shows the first rows only", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier --outcomes 3");
    const text = await notebook.text("%outcomes classifier --by loss --top 1");
    expect(text).toContain("and 2 more · best loss first (smallest)");
    expect(await notebook.text("%outcomes classifier --by loss:max")).toContain("best loss first (largest)");
  });

  it("says which metrics there are when asked for another one", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    await expect(notebook.run("%outcomes classifier --by acuracy")).rejects.toThrow(
      'Cannot sort the outcomes of "classifier" by "acuracy": its metrics are accuracy, loss. Did you mean "accuracy"?',
    );
  });

  it("says that no outcome has the file that metrics are to be read from", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    await expect(notebook.run("%outcomes classifier --metrics accuracy")).rejects.toThrow(
      'Cannot read metrics from "accuracy": the outcome has no JSON file of that name with metrics in it. --metrics names files, such as metrics.json',
    );
    await notebook.run("%realize classifier --outcomes 3");
    await expect(notebook.run("%outcomes classifier --metrics a.json,b.json")).rejects.toThrow(
      'Cannot read metrics from "a.json", "b.json": none of the 3 outcomes has a JSON file of that name',
    );
    expect(await notebook.text("%outcomes classifier --metrics metrics.json,b.json")).toContain("accuracy");
  });

  it("takes references and tables, and says when there is nothing yet", async () => {
    using notebook = await quickstart();
    expect(await notebook.text("%outcomes classifier")).toMatch(
      /classifier {2}\w+ {2}no outcomes yet: realize it to make one$/u,
    );
    await notebook.run("%realize digits --as r");
    expect(await notebook.text("%outcomes r")).toContain("1 outcome, none chosen");
    expect(await notebook.text("%outcomes lens(classifier).digits")).toContain("digits");
    expect(await notebook.text("%outcomes await outcomes(digits)")).toContain(
      "1 outcome, 1 chosen by only()",
    );
    await expect(notebook.run("%outcomes 'x'")).rejects.toThrow(
      "Cannot show the outcomes of \"'x'\": it is no stage",
    );
  });

  it("says why a matcher takes none", async () => {
    using notebook = await quickstart();
    await notebook.run(
      "const strict = stage({ ...classifier, matcher: only() });\n%realize classifier --new 2",
    );
    expect(await notebook.text("%outcomes strict")).toContain(
      "none chosen by only(): Cannot choose the only realization",
    );
  });
});
