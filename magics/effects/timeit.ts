import type { TimeitArguments } from "../commands/timeit.ts";
import type { MagicContext } from "../registry.ts";
import { counted } from "../views/format.ts";

const loopMs = 100;
const patienceMs = 10_000;
const fewestRuns = 3;
const mostLoops = 1e8;

/** What `%timeit` does: the value of its expression is what evaluates that. */
export async function timeitEffect({ args, host }: MagicContext<TimeitArguments>): Promise<void> {
  const evaluate = (await args.expression.value()) as () => unknown;
  const time = isAsync(evaluate)
    ? async (loops: number) => await timeAwaited(evaluate as () => Promise<unknown>, loops, host.signal)
    : (loops: number) => Promise.resolve(timeOf(evaluate, loops));
  const begun = performance.now();
  const loops = args.loops ?? (await enoughLoops(time));
  const times: number[] = [];
  while (times.length < (args.runs ?? 7)) {
    const isLong = performance.now() - begun > patienceMs && times.length >= fewestRuns;
    if (args.runs === undefined && isLong) break;
    host.signal.throwIfAborted();
    times.push((await time(loops)) / loops);
  }
  host.print(`${summary(times, loops)}\n`);
}

function isAsync(evaluate: () => unknown): boolean {
  return Object.prototype.toString.call(evaluate) === "[object AsyncFunction]";
}

// The compiler must not see that nobody needs the value.
const seen: { last: unknown } = { last: undefined };

function timeOf(evaluate: () => unknown, loops: number): number {
  const start = performance.now();
  for (let nth = 0; nth < loops; nth++) seen.last = evaluate();
  const ms = performance.now() - start;
  seen.last = undefined;
  return ms;
}

async function timeAwaited(
  evaluate: () => Promise<unknown>,
  loops: number,
  signal: AbortSignal,
): Promise<number> {
  const start = performance.now();
  for (let nth = 0; nth < loops; nth++) {
    await evaluate();
    if (signal.aborted) break;
  }
  return performance.now() - start;
}

// 1, 2, 5, 10, 20, ... until it takes long enough to be measured.
async function enoughLoops(time: (loops: number) => Promise<number>): Promise<number> {
  for (let ten = 1; ten < mostLoops; ten *= 10) {
    for (const loops of [ten, 2 * ten, 5 * ten]) if ((await time(loops)) >= loopMs) return loops;
  }
  return mostLoops;
}

function summary(times: readonly number[], loops: number): string {
  const mean = times.reduce((sum, one) => sum + one, 0) / times.length;
  const spread = Math.sqrt(times.reduce((sum, one) => sum + (one - mean) ** 2, 0) / times.length);
  const each = `${counted(times.length, "run")} of ${loops.toLocaleString("en-US")} ${loops === 1 ? "loop" : "loops"}`;
  return `${shortTime(mean)} ± ${shortTime(spread)} a loop (mean ± standard deviation of ${each}, the fastest ${shortTime(Math.min(...times))})`;
}

function shortTime(ms: number): string {
  const [value, unit] =
    ms >= 1000 ? [ms / 1000, "s"] : ms >= 1 ? [ms, "ms"] : ms >= 1e-3 ? [ms * 1e3, "µs"] : [ms * 1e6, "ns"];
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}
