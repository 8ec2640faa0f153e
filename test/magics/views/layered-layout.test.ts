import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layeredLayout, type LayeredNode } from "../../../magics/views/layered-layout.ts";

/** Graphs in layers: each node may depend on any of the deeper ones. */
const graphs: fc.Arbitrary<LayeredNode[]> = fc
  .array(
    fc.record({
      width: fc.integer({ min: 20, max: 200 }),
      gap: fc.integer({ min: 0, max: 1 }),
      picks: fc.array(fc.nat(), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((parts) => {
    let layer = 0;
    const layers = parts.map(({ gap }, index) => (layer += index === 0 ? 0 : gap));
    return parts.map(({ width, picks }, index) => {
      const deeper = [...layers.keys()].filter((one) => (layers[one] ?? 0) > (layers[index] ?? 0));
      const dependencies = [...new Set(picks.flatMap((pick) => deeper[pick % (deeper.length || 1)] ?? []))];
      return { width, height: 42, layer: layers[index] ?? 0, dependencies };
    });
  });

describe("layeredLayout()", () => {
  it("keeps nodes apart and inside of the picture, and lets every way go forward from border to border", () => {
    fc.assert(
      fc.property(graphs, fc.constantFrom(0, 800, 1_000_000), (nodes, width) => {
        const layout = layeredLayout(nodes, width);
        const boxes = nodes.map((node, index) => {
          const { x, y } = layout.centres[index] ?? { x: Number.NaN, y: Number.NaN };
          const [w, h] = [node.width / 2, node.height / 2];
          return { left: x - w, right: x + w, top: y - h, bottom: y + h };
        });
        for (const [index, one] of boxes.entries()) {
          expect(one.left).toBeGreaterThanOrEqual(-0.01);
          expect(one.top).toBeGreaterThanOrEqual(-0.01);
          expect(one.right).toBeLessThanOrEqual(layout.width + 0.01);
          expect(one.bottom).toBeLessThanOrEqual(layout.height + 0.01);
          for (const other of boxes.slice(index + 1)) {
            const isApart =
              one.right <= other.left + 0.01 ||
              other.right <= one.left + 0.01 ||
              one.bottom <= other.top + 0.01 ||
              other.bottom <= one.top + 0.01;
            expect(isApart).toBe(true);
          }
        }
        const along = layout.isAcross ? "x" : "y";
        for (const edge of layout.edges) {
          const places = edge.map((point) => point[along]);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
        }
        expect(layout.edges).toHaveLength(nodes.reduce((sum, one) => sum + one.dependencies.length, 0));
      }),
      { numRuns: 300 },
    );
  });

  it("goes to the right where there is room, and else down", () => {
    const chain = (length: number): LayeredNode[] =>
      Array.from({ length }, (_, index) => ({
        width: 100,
        height: 42,
        layer: index,
        dependencies: index + 1 < length ? [index + 1] : [],
      }));
    expect(layeredLayout(chain(3), 860)).toMatchObject({ isAcross: true, height: 42 });
    expect(layeredLayout(chain(30), 860)).toMatchObject({ isAcross: false, width: 100 });
  });

  it("crosses no ways that need not cross", () => {
    const node = (layer: number, ...dependencies: number[]): LayeredNode => ({
      width: 50,
      height: 42,
      layer,
      dependencies,
    });
    const { centres } = layeredLayout([node(0, 3), node(0, 2), node(1), node(1)], 860);
    const [first, second, ofSecond, ofFirst] = centres.map(({ y }) => y);
    expect(Number(first) < Number(second)).toBe(Number(ofFirst) < Number(ofSecond));
  });
});
