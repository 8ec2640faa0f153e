import { expect, it } from "vitest";
import { mayNameStages, mayUseStages } from "../../../kernel/app/needs-stages.ts";

it.each([
  "const a = stage({ name: 'a', realize: async () => {} })",
  "await realize$(a).forEach(console.log)",
  "`${outcomes}`",
  'import { train } from "./train.ts"',
  "await import('../lib/train.ts')",
  'import "/home/me/train.ts"',
])("%s may use stages", (code) => {
  expect(mayUseStages(code)).toBe(true);
});

it.each(["1 + 1", "const staged = 1; backstage.realized2()", 'import { readFileSync } from "node:fs"', ""])(
  "%s uses none",
  (code) => {
    expect(mayUseStages(code)).toBe(false);
  },
);

it.each(["dref:1234", "rref:1234", ["rref:1234", "rref:5678"]].map((value) => [value]))(
  "%j may be an address of the store",
  (value) => {
    expect(mayNameStages(value)).toBe(true);
  },
);

it.each(["a dref:1234", 5, undefined, null, {}, [], [1]].map((value) => [value]))("%j is none", (value) => {
  expect(mayNameStages(value)).toBe(false);
});
