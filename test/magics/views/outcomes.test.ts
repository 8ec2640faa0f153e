import { describe, expect, it } from "vitest";
import type { Outcome, Outcomes } from "../../../core/index.ts";
import { outcomeTable } from "../../../core/outcomes/table.ts";
import type { DRef, RRef } from "../../../core/ref.ts";
import { outcomeGroupsView } from "../../../magics/views/outcome-groups.ts";
import { plotView } from "../../../magics/views/plot.ts";
import { sortMetric } from "../../../magics/views/outcome-rows.ts";
import { outcomesView } from "../../../magics/views/outcomes.ts";

const dref = `dref:${"a".repeat(32)}-train` as DRef;
const now = new Date(2026, 2, 2, 14, 5);

describe("outcomesView()", () => {
  it("reads well in a terminal", () => {
    expect(textOf({ made: new Set([rref(2)]) })).toBe(
      [
        'train  aaaaaaaa  3 outcomes, 1 chosen by best("m.json", accuracy)',
        "",
        "             outcome   accuracy    loss  note  started         took     size",
        "───────────  ────────  ────────  ──────  ────  ────────  ──────────  ───────",
        "chosen       11111111    0.9312    0.22  –     2 h ago       12.3 s  1.20 MB",
        "new          22222222    0.9100  120.50  late  just now      850 ms    512 B",
        "no accuracy  33333333         –     NaN  –     3 h ago   4 min 05 s      0 B",
        "",
        "best accuracy first (largest) · ages as of 2026-03-02 14:05",
      ].join("\n"),
    );
  });

  it("marks the chosen one in words and shades the metric that it is sorted by", () => {
    const markup = String(outcomesView(table, { now })["text/html"]);
    expect(markup).toContain("✓ chosen");
    expect(markup.match(/l-meter"/gu)).toHaveLength(2);
    expect(markup).toContain('title="2026-');
  });

  it("says of a run that failed why it did", () => {
    const failed = row(4, 1, { state: "failed", error: "the loss is <NaN>\nat epoch 3" });
    const view = outcomesView({ ...table, rows: [...table.rows, failed] }, { now });
    expect(view["text/plain"]).toMatch(/failed: the loss is <NaN> +44444444/);
    expect(view["text/html"]).toContain("failed: the loss is &lt;NaN&gt;");
  });

  it("puts rows without the metric last, whichever end is the better one", () => {
    const by = (name: string, order: "max" | "min"): string[] =>
      [...textOf({ by: { name, order } }).matchAll(/(\d)\1{7}/gu)].map(([, digit = ""]) => digit);
    expect(by("loss", "min")).toEqual(["1", "2", "3"]);
    expect(by("loss", "max")).toEqual(["2", "1", "3"]);
  });
});

describe("outcomesView() of trainings that diverged", () => {
  const values = [Number.NaN, Number.NEGATIVE_INFINITY, "high", 0.5, [0.9, Number.NaN], undefined];
  const other = `dref:${"b".repeat(32)}-train` as DRef;
  const swept = outcomeTable({
    ...table,
    drefs: [dref, other],
    columns: ["accuracy"],
    rows: values.map((accuracy, index) =>
      row(index + 1, 60, {
        chosen: true,
        ...(index === 0 && { dref: other }),
        metrics: accuracy === undefined ? {} : { accuracy },
      }),
    ),
  }).sort("accuracy");
  const marks = (text: string): string[] =>
    [...text.matchAll(/^(.*?) +(\d)\2{7} +(.*?) +1 h ago/gmu)].map(
      ([, mark = "", digit = "", value = ""]) => `${digit} ${mark}: ${value}`,
    );

  it("names them last, with what they came to, and none of them as chosen", () => {
    const view = outcomesView(swept, { now });
    expect(marks(String(view["text/plain"]))).toEqual([
      "4 best: 0.5",
      "3 accuracy is no number: high",
      "1 diverged: NaN",
      "2 diverged: -Infinity",
      "5 diverged: ▁  NaN",
      "6 no accuracy: –",
    ]);
    expect(view["text/plain"]).toContain("6 outcomes of 2 configs · 3 diverged · best accuracy 0.5");
    const markup = String(view["text/html"]);
    expect(markup.match(/class="l-chosen"/gu)).toHaveLength(1);
    expect(markup.match(/<span class="l-warn">diverged<\/span>/gu)).toHaveLength(3);
  });

  it("says when none can be compared, and marks none", () => {
    const none = swept.filter((one) => one.metrics["accuracy"] !== 0.5);
    const view = outcomesView(none, { now });
    expect(view["text/plain"]).toContain(
      '3 diverged · none has a number "accuracy" in m.json, by which the best is chosen\n',
    );
    expect(String(view["text/html"])).not.toContain('class="l-chosen"');
    const misspelt = { ...swept, metric: { file: "m.json", key: "acuracy", order: "max" as const } };
    expect(outcomesView(outcomeTable(misspelt), { now })["text/plain"]).toContain(
      'by which the best is chosen. Did you mean "accuracy"?',
    );
  });

  it("says in a plot how many have no place in it", () => {
    const plot = plotView(
      swept.filter(({ metrics }) => typeof metrics["accuracy"] === "number"),
      {
        x: "durationMs",
        y: "accuracy",
      },
    );
    expect(plot.text).toMatch(/: 1 point, .*, 2 not drawn, as their accuracy is not finite$/u);
    expect(plot.html.markup).toContain("2 not drawn, as their accuracy is not finite");
    const turned = plotView(swept, { x: "accuracy", y: "durationMs" });
    expect(turned.text).toContain("3 not drawn, as their accuracy is not finite");
  });

  it("tells in groups how many runs count for no mean", () => {
    const groups = outcomeTable({
      ...table,
      fields: ["lr"],
      columns: ["loss"],
      rows: [0.5, 0.7, Number.NaN, Number.NaN].map((loss, index) =>
        row(index + 1, 60, { fields: { lr: index < 3 ? 1 : 2 }, metrics: { loss } }),
      ),
    }).group();
    const view = outcomeGroupsView(groups.sort("loss"));
    expect(view["text/plain"]).toMatch(/1 +3 +0\.60? ± 0\.1\d*, 1 diverged/u);
    expect(view["text/plain"]).toMatch(/2 +1 +NaN/u);
    expect(String(view["text/html"])).toMatch(/>0\.60?<span class="l-mut"> ± 0\.1\d*, 1 diverged<\/span>/u);
  });
});

describe("sortMetric()", () => {
  it("takes the matcher's order, guesses that of others, and obeys a given one", () => {
    expect(sortMetric(table, "accuracy")).toEqual({ name: "accuracy", order: "max" });
    expect(sortMetric(table, "loss")).toEqual({ name: "loss", order: "min" });
    expect(sortMetric(table, "loss:max")).toEqual({ name: "loss", order: "max" });
    expect(sortMetric(table, "speed")).toBeUndefined();
  });
});

function textOf(options: Partial<Parameters<typeof outcomesView>[1]>): string {
  return String(outcomesView(table, { now, ...options })["text/plain"]);
}

function rref(digit: number): RRef {
  return `rref:${String(digit).repeat(32)}-${"a".repeat(32)}-train` as RRef;
}

function row(digit: number, minutesAgo: number, rest: Partial<Outcome>): Outcome {
  const started = new Date(now.getTime() - minutesAgo * 60_000);
  const plain = {
    dref,
    name: "train",
    fields: {},
    durationMs: 245_000,
    sizeBytes: 0,
    metrics: {},
    context: {},
    chosen: false,
    state: "realized" as const,
  };
  return { rref: rref(digit), started, ...plain, ...rest };
}

const table: Outcomes = outcomeTable({
  drefs: [dref],
  fields: [],
  name: "train",
  matcher: 'best("m.json", accuracy)',
  metric: { file: "m.json", key: "accuracy", order: "max" },
  columns: ["accuracy", "loss", "note"],
  rows: [
    row(1, 120, {
      chosen: true,
      durationMs: 12_345,
      sizeBytes: 1_200_000,
      metrics: { accuracy: 0.93123, loss: 0.22 },
    }),
    row(2, 0, { durationMs: 850, sizeBytes: 512, metrics: { accuracy: 0.91, loss: 120.5, note: "late" } }),
    row(3, 180, { metrics: { loss: Number.NaN } }),
  ],
});
