import { counted } from "./format.ts";

/** How much of a log is shown. */
interface LogLimits {
  readonly lines: number;
  readonly characters: number;
}

const logLimits: LogLimits = { lines: 400, characters: 100_000 };

/** A log with lines from its middle left out, and a mark in their place, when it is too long to be shown. */
export function boundedLog(
  log: string,
  { lines: maxLines, characters: maxCharacters }: LogLimits = logLimits,
): { readonly text: string; readonly about: string } {
  const lines = log.replace(/\n$/u, "").split("\n").map(lastState);
  const about = log === "" ? "empty" : counted(lines.length, "line");
  const kept = withoutMiddle(lines, maxLines, (count) => `… ${counted(count, "line")} left out …`).join("\n");
  if (kept.length <= maxCharacters) return { text: log === "" ? "" : kept, about };
  const [head, tail] = [kept.slice(0, maxCharacters / 4), kept.slice(-maxCharacters / 2)];
  return {
    text: `${head}\n… ${kept.length - head.length - tail.length} characters left out …\n${tail}`,
    about,
  };
}

/** The last lines of a text, each shortened, for what shows a glimpse of a running realizer. */
export function lastLines(text: string, count: number): readonly string[] {
  const lines = text.slice(-20_000).split("\n").map(lastState);
  return lines.filter((line) => line.trim() !== "" && !ofNode.test(line)).slice(-count);
}

// What Node says of its own inside when it ends at once: frames, collections of garbage. A frame of a native package stays.
const ofNode =
  /^(?:\s*\d+: 0x[\da-f]+ (?:.*[\\/]node(?:\.exe)?\])?\s*|\[\d+:0x[\da-f]+\]\s+\d+ ms: .*|-{5} Native stack trace -{5}|<--- Last few GCs --->)$/u;

// A line that a program drew over and over, as progress bars do, is what it was at last.
function lastState(line: string): string {
  const parts = line.replace(/\r+$/u, "").split("\r");
  return parts.at(-1) ?? "";
}

function withoutMiddle(
  lines: readonly string[],
  limit: number,
  mark: (count: number) => string,
): readonly string[] {
  if (lines.length <= limit) return lines;
  const head = Math.floor(limit / 4);
  const tail = limit - head;
  return [...lines.slice(0, head), mark(lines.length - head - tail), ...lines.slice(-tail)];
}
