import { onTestFailed } from "vitest";

/** Random numbers from 0 up to 1 that come again with the same seed, which is told when the test fails. `LIGHTNIX_SEED` sets it. */
export function randomNumbers(): () => number {
  const seed = Number(process.env["LIGHTNIX_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
  onTestFailed(() => {
    process.stderr.write(`The same random numbers again: LIGHTNIX_SEED=${seed}\n`);
  });
  let state = seed >>> 0;
  // Mulberry32, by Tommy Ettinger.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
