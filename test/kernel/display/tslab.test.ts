import { describe, expect, expectTypeOf, it } from "vitest";
import type * as tslab from "tslab";
import { CurrentOutput } from "../../../kernel/display/current-output.ts";
import { createTslab } from "../../../kernel/display/tslab.ts";
import type * as declared from "../../../kernel/display/tslab-module.ts";

describe('the module "tslab"', () => {
  it("has the types of the package, as a value and as cells see it", () => {
    const made = createTslab(new CurrentOutput(), "7.0.2") satisfies typeof tslab;
    expectTypeOf<typeof declared>().toExtend<typeof tslab>();
    expectTypeOf<keyof typeof tslab>().toEqualTypeOf<keyof typeof declared>();
    expect(Object.keys(made).sort()).toEqual(["default", "display", "newDisplay", "versions"]);
  });

  it("has every method of the package's display", () => {
    const names = {
      javascript: true,
      html: true,
      markdown: true,
      latex: true,
      svg: true,
      png: true,
      jpeg: true,
      gif: true,
      pdf: true,
      text: true,
      raw: true,
    } satisfies Record<keyof tslab.Display, true>;
    const { display, newDisplay } = createTslab(new CurrentOutput(), "7.0.2");
    for (const one of [display, newDisplay()])
      for (const name of Object.keys(names)) expect(one).toHaveProperty(name, expect.any(Function));
  });
});
