import { expect, it } from "vitest";
import { moduleUnits } from "../../../core/code/units.ts";

it("a module may have all that TypeScript has: enums, elements, decorators, parameter properties", () => {
  const { units, free, plain } = moduleUnits(`
    export const config = { size: 3 };
    enum Kind { Small, Large }
    const view = <b kind={Kind.Large}>{outside}</b>;
    @sealed class Box { constructor(readonly kind: Kind) {} }
    export default () => [view, new Box(Kind.Small)];
  `);
  expect(plain.keepsPlaces).toBe(false);
  expect(units.flatMap(({ declares }) => declares)).toEqual(
    expect.arrayContaining(["config", "Kind", "view", "Box"]),
  );
  expect([...free]).toEqual(expect.arrayContaining(["outside", "sealed"]));
});
