// What every measurement shares: repeat, take the median, print a row.
import { performance } from "node:perf_hooks";

/** The middle of some numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median time in milliseconds of `rounds` runs of `run`, each after its own `before`. */
export async function time(run, { rounds = 5, before = () => undefined } = {}) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const prepared = await before(round);
    const started = performance.now();
    await run(prepared, round);
    times.push(performance.now() - started);
  }
  return median(times);
}

/** Prints a table whose first column is text and whose others are figures, aligned. */
export function printTable(title, head, rows) {
  const cells = [head, ...rows].map((row) => row.map((cell) => (cell === undefined ? "–" : String(cell))));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join("  ");
  console.log(`\n${title}\n${"=".repeat(title.length)}`);
  console.log(line(cells[0]));
  console.log(widths.map((width) => "-".repeat(width)).join("  "));
  for (const row of cells.slice(1)) console.log(line(row));
}

/** Milliseconds for a table. */
export function ms(value) {
  if (value === undefined) return undefined;
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** A ratio for a table. */
export function ratio(ours, theirs) {
  return ours === undefined || theirs === undefined ? undefined : `${(ours / theirs).toFixed(2)} x`;
}
