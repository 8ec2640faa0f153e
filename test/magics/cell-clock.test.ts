import { expect, it } from "vitest";
import { CellClock } from "../../magics/cell-clock.ts";

const line = /^wall time [\d.]+ m?s, processor time [\d.]+ m?s \(user [\d.]+ m?s, system [\d.]+ m?s\)\n$/u;

it("a clock tells of each time that was begun, once", () => {
  const clock = new CellClock();
  expect(clock.stop()).toBe("");
  for (let count = 0; count < 3; count += 1) clock.start();
  expect(clock.stop()).toMatch(line);
  expect(clock.stopAll().split("\n")).toHaveLength(3);
  expect(clock.stopAll()).toBe("");
});

it("a time is as long as what it was taken of", () => {
  const clock = new CellClock();
  clock.start();
  const end = performance.now() + 1_100;
  while (performance.now() < end);
  const text = clock.stop();
  expect(text).toMatch(/^wall time [1-9][\d.]* s, /u);
});
