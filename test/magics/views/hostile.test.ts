import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Outcomes } from "../../../core/index.ts";
import { eventOf, plannedOf, type BareEvent } from "../support/events.ts";
import { outcomeTable } from "../../../core/outcomes/table.ts";
import type { DRef, RRef } from "../../../core/ref.ts";
import { readArtifacts } from "../../../magics/facts/artifacts.ts";
import type { RealizationFacts } from "../../../magics/facts/realization.ts";
import type { MimeBundle } from "../../../magics/host.ts";
import { advance, startProgress } from "../../../magics/realization-progress.ts";
import type { ExplanationFacts, ShownReason } from "../../../magics/facts/explanation.ts";
import { collectionView } from "../../../magics/views/collection.ts";
import type { ComparisonFacts } from "../../../magics/facts/comparison.ts";
import { comparisonView } from "../../../magics/views/comparison.ts";
import { explanationView } from "../../../magics/views/explanation.ts";
import type { GraphFacts } from "../../../magics/facts/graph.ts";
import { graphView } from "../../../magics/views/graph.ts";
import { labelView } from "../../../magics/views/label.ts";
import { lensView } from "../../../magics/views/lens.ts";
import { logView } from "../../../magics/views/log.ts";
import { movedView, movingView } from "../../../magics/views/moved.ts";
import { outcomeGroupsView } from "../../../magics/views/outcome-groups.ts";
import { outcomesView } from "../../../magics/views/outcomes.ts";
import { plotView } from "../../../magics/views/plot.ts";
import { progressView } from "../../../magics/views/progress.ts";
import { realizationView } from "../../../magics/views/realization.ts";
import { realizationsView } from "../../../magics/views/realizations.ts";
import { rootsView } from "../../../magics/views/roots.ts";
import { stageView } from "../../../magics/views/stage.ts";
import { storeView } from "../../../magics/views/store.ts";
import { verificationView } from "../../../magics/views/verification.ts";
import { harmOf, hostile } from "../support/hostile.ts";

const dref = `dref:${"a".repeat(32)}-stage` as DRef;
const rref = `rref:${"b".repeat(32)}-${"a".repeat(32)}-stage` as RRef;
const now = new Date(0);
const folder = mkdtempSync(join(tmpdir(), "lightnix-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("no text leaves its place", () => {
  const views: Readonly<Record<string, (text: string) => MimeBundle>> = {
    "of a realization": (text) =>
      realizationView(facts(text), { now, badge: { text, tone: "good" }, steps: text }),
    "of realizations": (text) =>
      realizationsView([facts(text), facts(text)], { now, steps: text, notes: [text] }),
    "of a lens on a value": (text) =>
      lensView({ kind: "value", trail: text, value: { [text]: [text, { [text]: text }] } }, now),
    "of another value": (text) => lensView({ kind: "other", trail: text, text }, now),
    "of a promise": (text) => lensView({ kind: "promise", trail: text, segments: [text], reason: text }, now),
    "of an explanation": (text) => explanationView(explanation(text), { now, notes: [text] }),
    "of a comparison": (text) => comparisonView(comparison(text), { now, notes: [text] }),
    "of a graph": (text) => graphView(graph(text), [text]),
    "of a log": (text) =>
      logView({ name: text, address: text, hash: text, badge: { text, tone: "bad" } }, `${text}\n${text}`),
    "of an outcome table": (text) =>
      outcomesView(table(text), { now, steps: text, by: { name: text, order: "min" } }),
    "of a stage": (text) =>
      stageView(
        {
          kind: "stage",
          name: text,
          dref,
          config: { [text]: text, __captured__: { [text]: text } },
          dependencies: [{ dref, name: text, outcomes: 1 }],
          matcher: text,
          outs: 2,
          outcomes: 1,
          chosen: 0,
          problem: text,
          metric: { file: text, key: text, order: "max" },
        },
        [text],
      ),
    "of groups of outcomes": (text) => outcomeGroupsView(table(text).group(`config.${text}`)),
    "of a plot": (text) =>
      outcomesView(table(text), {
        now,
        plot: plotView(table(text), { x: text, y: "n", colour: `config.${text}` }),
      }),
    "of a store": (text) =>
      storeView(
        {
          root: text,
          derivations: 1,
          realizations: 1,
          sizeBytes: 1,
          names: [{ name: text, derivations: 1, realizations: 1, sizeBytes: 1, newest: undefined }],
        },
        now,
      ),
    "of roots": (text) =>
      rootsView({ root: text, roots: [{ name: text, ref: rref, built: { at: now, sizeBytes: 1 } }] }, now),
    "of what can be collected": (text) =>
      collectionView(
        {
          first: [{ ref: rref, name: text, made: now, sizeBytes: 1, metrics: { [text]: 1 } }],
          outcomes: 1,
          derivations: 0,
          leftovers: 0,
          freedBytes: 1,
          keptCount: 1,
          holders: [{ text, count: 1 }],
          isAll: false,
        },
        { kind: "preview", flag: text, keep: text },
        now,
      ),
    "of what was moved": (text) =>
      movedView({
        what: text,
        place: text,
        first: [{ rref, name: text, sizeBytes: 1, isNew: true }],
        outcomes: 1,
        objects: 2,
        added: 1,
        archiveBytes: 1,
      }),
    "of what is on its way": (text) => movingView({ what: text, place: text, done: 1, total: 2 }),
    "of a verification": (text) =>
      verificationView({
        root: text,
        done: 1,
        total: 1,
        findings: [{ problem: "foreign", ref: undefined, path: text, message: text }],
        repaired: { restored: [], dropped: [rref], danglingRoots: [text] },
        isOver: true,
      }),
    "of progress": (text) => progressView(progress(text), 10),
    "of the outcomes of a sweep": (text) => outcomesView(table(text), { now, label: text }),
    "of whose displays they are": labelView,
    "of the progress of a sweep": (text) =>
      progressView({ ...progress(text), label: text, labels: new Map([[dref, text]]) }, 10),
    "of a failure": (text) => progressView(progress(text, true), 10, "failed"),
  };

  it.each(Object.entries(views))("in the view %s", (_, view) => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(harmOf(view(text))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("in the previews of artifacts, their names and link targets", () => {
    let count = 0;
    fc.assert(
      fc.property(
        hostile,
        fc.constantFrom(".txt", ".json", ".csv", ".tsv", ".svg", ".png", ""),
        (text, extension) => {
          const place = join(folder, String(count++));
          const name = fileName(text);
          mkdirSync(join(place, `${name}-folder`), { recursive: true });
          writeFileSync(join(place, `${name}-folder`, `${name}${extension}`), text);
          writeFileSync(join(place, `${name}${extension}`), text);
          writeFileSync(join(place, "quoted.json"), JSON.stringify({ [text]: [text] }));
          writeFileSync(join(place, "table.csv"), `a,${JSON.stringify(text)}\n${text},1\n`);
          writeFileSync(join(place, "plot.svg"), `<svg onload="alert(1)">${text}</svg>`);
          symlinkSync(text.replaceAll("\0", "").slice(0, 100) || "x", join(place, "link"));
          const names = [
            `${name}-folder`,
            `${name}${extension}`,
            "quoted.json",
            "table.csv",
            "plot.svg",
            "link",
          ];
          expect(
            harmOf(realizationView({ ...facts("x"), artifacts: readArtifacts(place, names) }, { now })),
          ).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function facts(text: string): RealizationFacts {
  const record = {
    started: text,
    stopped: "2026-01-01T00:00:00Z",
    host: text,
    user: text,
    pid: 1,
    versions: { node: text, lightnix: text },
  };
  const own = {
    rref,
    dref,
    name: text,
    config: { [text]: text, a: [text, [dref, text]] },
    record,
    sizeBytes: 5,
    path: text,
  };
  const dependencies = [{ dref, name: text, realizations: [own] }];
  return { ...own, dependencies, artifacts: [], promised: new Set() };
}

function explanation(text: string): ExplanationFacts {
  const diff = [
    { kind: "removed" as const, text },
    { kind: "added" as const, text: `${text}x` },
  ];
  const reasons: ShownReason[] = [
    { type: "config-changed" as const, path: [text, 0], before: text, after: { [text]: text } },
    { type: "captured-changed" as const, path: [text], after: text },
    { type: "source-changed" as const, presence: "changed" as const, diff },
    {
      type: "helper-changed" as const,
      kind: "file" as const,
      name: text,
      presence: "changed" as const,
      diff,
    },
    { type: "package-changed" as const, name: text, presence: "changed" as const, before: text, after: text },
    { type: "environment-changed" as const, name: text, before: null, after: text },
    { type: "version-changed" as const, before: text },
    { type: "failed-before" as const, rref, error: text },
    { type: "half-outcome" as const, paths: [text] },
    { type: "matcher-asks-more" as const, matcher: text, has: 1, by: "matcher" as const },
  ].map((reason) => ({ reason, see: [dref], inner: [] }));
  const shown = { dref, name: text, state: "would-fail" as const, message: text, reasons, earlier: { dref } };
  return {
    targets: [dref],
    shown: [shown],
    more: 1,
    followers: [dref],
    elsewhere: [{ name: text, madeIn: [{ name: "node", before: text, after: text }] }],
    reused: [dref],
    warnings: [text],
    wouldRun: 1,
    wouldFail: 1,
  };
}

function comparison(text: string): ComparisonFacts {
  const { record } = facts(text);
  const realization = { rref, by: "newest" as const, record, durationMs: 5, sizeBytes: 5, error: text };
  const side = { dref, name: text, config: {}, outcomes: 1, realization };
  const reasons = explanation(text).shown.flatMap(({ reasons: all }) => all.map(({ reason }) => reason));
  const changes = reasons.filter(({ type }) =>
    /^(?:config|captured|source|helper|package|version)-/u.test(type),
  );
  return {
    labels: [text, text],
    unchanged: [[text, text]],
    diffs: new Map([[text, [{ kind: "added", text }]]]),
    compared: {
      kind: "compared",
      before: side,
      after: { ...side, realization: { ...realization, rref: rref.replace("b", "c") as RRef } },
      changes: changes as ComparisonFacts["compared"]["changes"],
      comparisons: [],
      context: [{ dref, before: [rref], after: [] }],
      environment: [],
      metrics: [{ name: text, before: text, after: [1, 2], isSame: false }],
      artifacts: [
        { path: text, presence: "added", after: { kind: "link", sizeBytes: 0, value: text } },
        { path: `${text}.`, presence: "same" },
      ],
    },
  };
}

function graph(text: string): GraphFacts {
  const node = {
    drefs: [dref],
    name: text,
    told: text,
    states: { failed: 1 },
    outcomes: 2,
    message: text,
    isTarget: true,
    depth: 0,
    dependencies: [1],
    hidden: 1,
  };
  const many = { ...node, drefs: [dref, dref], depth: 1, dependencies: [] };
  return { targets: [dref], nodes: [node, many], all: 5, hidden: 2, states: { failed: 2 } };
}

function table(text: string): Outcomes {
  const row = {
    rref,
    dref,
    name: text,
    fields: { [text]: text },
    started: now,
    durationMs: 5,
    sizeBytes: 5,
    context: {},
  };
  return outcomeTable({
    drefs: [dref],
    fields: [text],
    name: text,
    matcher: text,
    problem: text,
    columns: [text, "n"],
    rows: [
      { ...row, state: "realized", chosen: true, metrics: { [text]: text, n: 1 } },
      { ...row, state: "realized", chosen: false, metrics: { [text]: 5, n: Number.NaN } },
    ],
  });
}

function progress(text: string, fails = false): ReturnType<typeof startProgress> {
  const events: BareEvent[] = [
    { type: "waiting", dref, holder: { pid: 1, host: text } },
    { type: "started", dref },
    { type: "log", dref, stream: "stdout", text },
    { type: "progress", dref, current: 1, total: 2, message: text, unit: text },
    ...(fails
      ? [{ type: "failed", dref, error: new Error(text, { cause: new Error(text) }), keptAt: text } as const]
      : []),
  ];
  return events.reduce(
    (state, event) => advance(state, eventOf(event, 5)),
    advance(startProgress(0), plannedOf([dref])),
  );
}

function fileName(text: string): string {
  const clean = text.replaceAll(/[\0/]/gu, "_");
  return `a${clean.slice(0, 40).replaceAll(/\p{Surrogate}/gu, "_")}`;
}
