import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stage, type Stage } from "../../../core/index.ts";
import { derivationsOf, describeStage } from "../../../core/stage/describe.ts";

/** Graphs as the numbers of the stages that each stage depends on, all of them smaller than its own; the last is the target. */
const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 25 })
  .map((rows) => rows.map((row, index) => (index === 0 ? [] : [...new Set(row.map((n) => n % index))])));

/** Makes the stages of a graph; with `twins`, each is made anew wherever it is needed. */
function target(graph: readonly (readonly number[])[], { twins }: { twins: boolean }): Stage {
  const made = new Map<number, Stage>();
  const make = (index: number): Stage => {
    const known = made.get(index);
    if (known !== undefined && !twins) return known;
    const on = (graph[index] ?? []).map(make);
    const fresh = stage({ name: `s${index % 3}`, config: { index, on }, source: false, realize() {} });
    made.set(index, fresh);
    return fresh;
  };
  return make(graph.length - 1);
}

describe("derivationsOf()", () => {
  it("has the target and all that it depends on, dependencies first, each once", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const derivations = derivationsOf(target(graph, { twins: false }));
        const place = new Map(derivations.map(({ dref }, index) => [dref, index]));
        expect(place.size).toBe(derivations.length);
        for (const { dref, dependencies } of derivations) {
          for (const dependency of dependencies)
            expect(place.get(dependency)).toBeLessThan(place.get(dref) ?? -1);
        }
        const indices = derivations.map(({ config }) => config["index"] as number);
        expect(indices.sort((a, b) => a - b)).toEqual(reachable(graph));
        expect(derivations.at(-1)?.dref).toBe(describeStage(target(graph, { twins: false })).dref);
      }),
    );
  });

  it("takes stages that say the same for the same", () => {
    fc.assert(
      // Made anew wherever they are needed, stages are as many as there are ways through the graph.
      fc.property(
        graphs.filter((graph) => graph.length <= 8),
        (graph) => {
          const [shared, twins] = [target(graph, { twins: false }), target(graph, { twins: true })];
          const drefs = (one: Stage): string[] => derivationsOf(one).map(({ dref }) => dref);
          expect(drefs(twins).toSorted()).toEqual(drefs(shared).toSorted());
        },
      ),
    );
  });
});

function reachable(graph: readonly (readonly number[])[]): number[] {
  const found = new Set<number>();
  const visit = (index: number): void => {
    if (found.has(index)) return;
    found.add(index);
    for (const next of graph[index] ?? []) visit(next);
  };
  visit(graph.length - 1);
  return [...found].sort((a, b) => a - b);
}
