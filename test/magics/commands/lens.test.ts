import { describe, expect, it } from "vitest";
import { quickstart, steady } from "../support/quickstart.ts";

describe("%lens", () => {
  it("walks from a stage's name into configs of dependencies", async () => {
    using notebook = await quickstart();
    expect(await notebook.text("%lens classifier.digits.count")).toBe("lens(classifier).digits.count  3");
  });

  it("shows a promise before the stage is realized and the artifact afterwards", async () => {
    using notebook = await quickstart();
    expect(await notebook.text("%lens classifier.metrics")).toBe(
      "lens(classifier).metrics  → metrics.json\nNo realization is chosen: start the lens at one, as in lens(await realize(stage))",
    );
    await notebook.run("%realize classifier");
    expect(steady(await notebook.text("%lens classifier.metrics"))).toBe(
      'lens(classifier).metrics  25 B\n{\n  "accuracy": 0.9,\n  "loss": 0\n}\n<folder>',
    );
  });

  it("goes on into the very realization of the dependency that it was made from", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier --as r");
    const text = await notebook.text("%lens r.digits.table");
    expect(text).toMatch(/^lens\(classifier\)\.digits\.table {2}12 B\nx {2}y\n─ {2}─\n1 {2}2\n3 {2}4\n\//u);
  });

  it("shows realizations, stages and derivations as such", async () => {
    using notebook = await quickstart();
    expect(await notebook.text("%lens classifier")).toContain("(stage)");
    await notebook.run("%realize classifier --as r");
    expect(await notebook.text("%lens r")).toContain("(realization)");
    expect(await notebook.text("%lens lens(r).digits")).toContain("digits");
    expect(await notebook.text("%lens [r, r]")).toMatch(/\(realization\)[^]*\(realization\)/u);
    expect(await notebook.text("%lens lens(r).dref")).toContain("(derivation)");
    const [rref = ""] = notebook.session.store
      .derivations()
      .flatMap((dref) => notebook.session.store.realizations(dref));
    expect(await notebook.text(`%lens ${rref}`)).toContain("(realization)");
    expect(await notebook.text(`%lens "${rref}"`)).toContain("(realization)");
  });

  it("shows a path into a stage, a path on disk, and any other value", async () => {
    using notebook = await quickstart();
    expect(await notebook.text('%lens digits.path("table.csv")')).toContain(
      '"digits" is not realized yet: %realize it first',
    );
    await notebook.run("%realize digits --as r");
    expect(await notebook.text('%lens digits.path("table.csv")')).toContain("12 B");
    expect(await notebook.text('%lens digits.path("none.csv")')).toContain("There is no such file or folder");
    expect(await notebook.text("%lens lens(r).table.syspath")).toContain("12 B");
    expect(await notebook.text("%lens 1 + 1")).toBe("1 + 1  2");
    expect(await notebook.text("%lens new Map([[1, 2]])")).toBe("new Map([[1, 2]])  Map(1) { 1 => 2 }");
    expect(await notebook.text('%lens "/etc/passwd"')).toBe('"/etc/passwd"  /etc/passwd');
  });

  it("fails with the nearest field where a walk leads nowhere", async () => {
    using notebook = await quickstart();
    await expect(notebook.run("%lens classifier.digits.cuont")).rejects.toThrow('Did you mean "count"?');
  });

  it("says how to reach what a JSON artifact holds", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    await expect(notebook.run("%lens classifier.metrics.accuracy")).rejects.toThrow(
      "lens(classifier).metrics is the artifact metrics.json. What a JSON file holds is reached by .json: lens(classifier).metrics.json.accuracy",
    );
    expect(await notebook.text("%lens classifier.metrics.json.accuracy")).toContain("0.9");
  });

  it("leaves a lens and other values at the head as they are", async () => {
    using notebook = await quickstart();
    await notebook.run("const l = lens(classifier), o = { a: { b: 1 } };");
    expect(await notebook.text("%lens l.lr")).toBe("lens(classifier).lr  0.1");
    expect(await notebook.text("%lens o.a.b")).toBe("o.a.b  1");
    expect(await notebook.text("%lens classifier.config")).toContain("classifier.config");
  });
});
