import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DRef, Outcome, RRef } from "../../../core/index.ts";
import { csvOf } from "../../../core/outcomes/csv.ts";
import { spreadOf } from "../../../core/outcomes/spread.ts";
import { outcomeTable, type OutcomesParts } from "../../../core/outcomes/table.ts";
import { parseCsv } from "../../support/parse-csv.ts";

const dref = `dref:${"d".repeat(32)}-m` as DRef;

function row(digit: number, rest: Partial<Outcome>): Outcome {
  return {
    rref: `rref:${String(digit).repeat(32)}-${"d".repeat(32)}-m` as RRef,
    dref,
    name: "m",
    state: "realized",
    chosen: false,
    started: new Date(1_700_000_000_000 + digit),
    durationMs: digit,
    sizeBytes: 10 * digit,
    fields: {},
    metrics: {},
    context: {},
    ...rest,
  };
}

function table(
  rows: readonly Outcome[],
  rest: Partial<OutcomesParts<unknown>> = {},
): ReturnType<typeof outcomeTable> {
  return outcomeTable({
    name: "m",
    drefs: [dref],
    matcher: undefined,
    fields: ["lr"],
    columns: ["loss", "note", "curve"],
    rows,
    ...rest,
  });
}

const rows = [
  row(1, { fields: { lr: 0.1 }, metrics: { loss: 3, note: "a", curve: [9, 1] } }),
  row(2, { fields: { lr: 0.2 }, metrics: { loss: 1, note: "b", curve: [1, 5] } }),
  row(3, { fields: { lr: 0.1 }, metrics: { loss: 2 }, chosen: true }),
  row(4, { fields: { lr: 0.2 }, metrics: { loss: Number.NaN } }),
  row(5, { fields: { lr: 0.1 }, state: "failed", error: "it broke" }),
];
const digits = (of: { readonly rows: readonly Outcome[] }): string =>
  of.rows.map(({ durationMs }) => durationMs).join("");

describe("a table of outcomes", () => {
  it("gives other tables and stays as it is", () => {
    const all = table(rows);
    expect(digits(all.filter(({ chosen }) => chosen))).toBe("3");
    expect(
      digits(
        all
          .filter((one) => one.state === "realized")
          .sort("loss")
          .top(2),
      ),
    ).toBe("23");
    expect(digits(all)).toBe("12345");
    expect(() => all.top(-1)).toThrow("Cannot take the first -1 outcomes");
  });

  it("sorts by metrics, fields, facts, the ends of series, and what is read of a row; what lacks it comes last", () => {
    const all = table(rows);
    expect(digits(all.sort("loss"))).toBe("23145");
    expect(digits(all.sort("loss", "max"))).toBe("13245");
    expect(digits(all.sort("lr", "max"))).toBe("24135");
    expect(digits(all.sort("curve"))).toBe("12345");
    expect(digits(all.sort("durationMs", "max"))).toBe("54321");
    expect(digits(all.sort("started", "max"))).toBe("54321");
    expect(digits(all.sort("note", "max"))).toBe("21345");
    expect(digits(all.sort("chosen", "max"))).toBe("31245");
    expect(digits(all.sort(({ sizeBytes }) => -sizeBytes))).toBe("54321");
  });

  it("puts last, whatever the order, texts among numbers, then what is not finite, then what is missing", () => {
    const values = [undefined, Number.POSITIVE_INFINITY, "high", 2, Number.NaN, 1, Number.NEGATIVE_INFINITY];
    const all = table(
      values.map((loss, index) => row(index + 1, { metrics: loss === undefined ? {} : { loss } })),
      { metric: { file: "m.json", key: "loss", order: "max" } },
    );
    expect(digits(all.sort("loss"))).toBe("4632571");
    expect(digits(all.sort("loss", "min"))).toBe("6432571");
    expect(all.best()).toBe(all.rows[3]);
    expect(
      all.filter(({ metrics }) => metrics["loss"] !== 1 && metrics["loss"] !== 2).best(),
    ).toBeUndefined();
  });

  it("sorts a series that ended in NaN behind those that did not", () => {
    const curves = [
      [1, Number.NaN],
      [5, 9],
      [Number.NaN, 8],
    ];
    const all = table(curves.map((curve, index) => row(index + 1, { metrics: { curve } })));
    expect(digits(all.sort("curve"))).toBe("321");
    expect(digits(all.sort("curve", "max"))).toBe("231");
  });

  it("writes what is not finite into CSV as it is called", () => {
    const all = table([
      row(1, { metrics: { loss: Number.NaN } }),
      row(2, { metrics: { loss: Number.NEGATIVE_INFINITY } }),
    ]);
    expect(all.toCSV()).toMatch(/,NaN,/);
    expect(all.toCSV()).toMatch(/,-Infinity,/);
  });

  it("knows the best row: by the matcher's metric, by another one, or none", () => {
    const all = table(rows, { metric: { file: "m.json", key: "loss", order: "min" } });
    expect(all.best()).toBe(rows[1]);
    expect(digits(all.sort("loss"))).toBe("23145");
    expect(all.best("loss", "max")).toBe(rows[0]);
    expect(all.best("lr")).toBe(rows[1]);
    expect(all.best("note")).toBeUndefined();
    expect(() => table(rows).best()).toThrow(
      'Cannot find the best of the outcomes of "m" without saying by which metric: there are loss, note, curve, lr,',
    );
  });

  it("says which columns there are when asked for another one", () => {
    for (const ask of [(): unknown => table(rows).sort("los"), (): unknown => table(rows).group("los")])
      expect(ask).toThrow(
        expect.objectContaining({
          code: "unknown-column",
          message: expect.stringMatching(/Did you mean "loss"\?$/),
        }),
      );
    expect(() => table([], { columns: [], fields: [] }).sort("loss")).toThrow("there are no metrics");
  });

  it("calls a field config.x that is called like a metric or a fact", () => {
    const twins = table([row(1, { fields: { loss: "mse", name: "n" }, metrics: { loss: 1 } })], {
      fields: ["loss", "name"],
    });
    expect(twins.toRows()).toMatchObject([{ loss: 1, "config.loss": "mse", name: "m", "config.name": "n" }]);
    expect(digits(twins.sort("config.loss"))).toBe("1");
  });

  it("brings repeated runs together, with mean and spread", () => {
    const groups = table(rows).group();
    expect(groups.by).toEqual(["lr"]);
    expect(groups.columns).toEqual(["loss"]);
    expect(groups.rows[0]).toMatchObject({
      values: { lr: 0.1 },
      failed: 1,
      chosen: true,
      metrics: { loss: { n: 2, mean: 2.5, std: Math.SQRT1_2, min: 2, median: 2.5, max: 3 } },
    });
    expect(groups.rows[1]?.metrics["loss"]).toEqual({
      n: 1,
      mean: 1,
      std: undefined,
      min: 1,
      median: 1,
      max: 1,
    });
    expect(groups.sort("loss").top(1).rows[0]?.values).toEqual({ lr: 0.2 });
    expect(groups.sort("lr", "max").rows[0]?.values).toEqual({ lr: 0.2 });
    expect(groups.toRows()[0]).toEqual({
      lr: 0.1,
      n: 2,
      failed: 1,
      "loss.mean": 2.5,
      "loss.std": Math.SQRT1_2,
      "loss.min": 2,
      "loss.median": 2.5,
      "loss.max": 3,
    });
    expect(parseCsv(groups.toCSV())[0]?.slice(0, 4)).toEqual(["lr", "n", "failed", "loss.mean"]);
    expect(JSON.parse(JSON.stringify(groups))).toMatchObject({ rows: [{ n: 2 }, { n: 2 }] });
  });

  it("puts into one group what agrees in all columns, and tells a missing value from null", () => {
    const some = table([row(1, { fields: { lr: null } }), row(2, {}), row(3, {})]);
    expect(some.group("lr").rows.map((group) => digits(group))).toEqual(["1", "23"]);
  });

  it("has each row as a flat record, and as JSON", () => {
    expect(table(rows).toRows()[0]).toEqual({
      rref: rows[0]?.rref,
      name: "m",
      state: "realized",
      chosen: false,
      started: rows[0]?.started,
      durationMs: 1,
      sizeBytes: 10,
      lr: 0.1,
      loss: 3,
      note: "a",
      curve: [9, 1],
    });
    expect(JSON.parse(JSON.stringify(table(rows)))).toMatchObject({
      name: "m",
      rows: [{ metrics: { loss: 3 } }, {}, {}, {}, {}],
    });
  });

  it("is a CSV that a spreadsheet reads and takes no formula from", () => {
    const text = table([
      row(1, { fields: { lr: -0.5 }, metrics: { note: '=HYPERLINK("x")', curve: [1, 2] } }),
    ]).toCSV();
    expect(text).toBe(
      "rref,name,state,chosen,started,durationMs,sizeBytes,lr,loss,note,curve\r\n" +
        `rref:${"1".repeat(32)}-${"d".repeat(32)}-m,m,realized,false,2023-11-14T22:13:20.001Z,1,10,-0.5,,"'=HYPERLINK(""x"")","[1,2]"\r\n`,
    );
    expect(table([row(1, { metrics: { note: "=1" } })]).toCSV({ guard: false })).toContain(",=1,");
  });
});

describe("csvOf()", () => {
  it("is read back as it was, whatever the texts", () => {
    const texts = fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: 2, maxLength: 2 }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(texts, (lines) => {
        expect(parseCsv(csvOf(["a", 'b,"c"'], lines, { guard: false }))).toEqual([["a", 'b,"c"'], ...lines]);
      }),
    );
  });
});

describe("spreadOf()", () => {
  it("is what the definitions say", () => {
    const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
      minLength: 2,
      maxLength: 30,
    });
    fc.assert(
      fc.property(numbers, (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
        const middle = [
          sorted[Math.ceil(values.length / 2) - 1] ?? 0,
          sorted[Math.floor(values.length / 2)] ?? 0,
        ];
        const spread = spreadOf(values);
        expect(spread).toMatchObject({ n: values.length, min: sorted[0], max: sorted.at(-1) });
        expect(spread?.mean).toBeCloseTo(mean, 5);
        expect(spread?.std).toBeCloseTo(Math.sqrt(variance), 5);
        expect(spread?.median).toBeCloseTo(((middle[0] ?? 0) + (middle[1] ?? 0)) / 2, 9);
      }),
    );
  });

  it("counts what is finite only, and is nothing for nothing", () => {
    expect(spreadOf([1, Number.NaN, Number.POSITIVE_INFINITY])).toMatchObject({ n: 1, mean: 1 });
    expect(spreadOf([Number.NaN])).toBeUndefined();
  });
});
