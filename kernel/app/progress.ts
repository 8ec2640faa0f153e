import { stripVTControlCharacters } from "node:util";
import { counted, formatDuration } from "../../magics/views/format.ts";
import type { Published } from "./client.ts";
import type { RunEvent, RunResult } from "./run.ts";

/** Where progress is written; a terminal has columns and redraws its last line. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const TITLE_WIDTH = 40;

/**
 * Shows a run in the terminal: a line for each cell that is done and, on a terminal, a live line for the one that runs,
 * with the last thing that it showed.
 */
export function showProgress(target: ProgressTarget): (event: RunEvent) => void {
  let cells = 0;
  let title = "";
  const label = (cell: number): string => `${String(cell).padStart(String(cells).length)}/${cells}  ${title}`;
  const live = (text: string): void => {
    if (target.isTTY) target.write(`\r\x1b[K${text.slice(0, (target.columns ?? 80) - 1)}`);
  };
  return (event) => {
    switch (event.type) {
      case "untagged":
        target.write('No cell is tagged "parameters": a cell at the top declares what was given\n');
        return;
      case "ready":
        cells = event.cells;
        return;
      case "started":
        title = titleOf(event.source).slice(0, TITLE_WIDTH).padEnd(TITLE_WIDTH);
        return live(`  ${label(event.cell)}`);
      case "published": {
        const line = lastShown(event.published);
        return line === undefined ? undefined : live(`  ${label(event.cell)}  ${line}`);
      }
      case "finished":
        live("");
        target.write(`${event.failed ? "✗" : "✓"} ${label(event.cell)}  ${(event.ms / 1000).toFixed(1)} s\n`);
    }
  };
}

/** What a run came to, and where it is. */
export interface RunSummary extends Pick<RunResult, "cells" | "ran" | "failed"> {
  readonly ms: number;
  /** What was written. */
  readonly files: readonly string[];
}

/** The last line of a run: `ran 3 of 4 cells in 2.1 s, 1 failed: a.out.ipynb, a.html`. */
export function closingLine({ cells, ran, failed, ms, files }: RunSummary): string {
  const what = ran === cells ? counted(ran, "cell") : `${ran} of ${counted(cells, "cell")}`;
  const failures = failed === 0 ? "" : `, ${failed} failed`;
  return `ran ${what} in ${formatDuration(ms)}${failures}: ${files.join(", ")}\n`;
}

/** The first line that says something: no blank one, no comment, no import. */
function titleOf(source: string): string {
  const lines = source.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "" && !/^(?:\/\/|\/?\*|import\b)/.test(line)) ?? lines[0] ?? "";
}

function lastShown(published: Published): string | undefined {
  return stripVTControlCharacters(textShown(published))
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "");
}

function textShown({ type, content }: Published): string {
  if (type === "stream") return content.text;
  if (type !== "display_data" && type !== "update_display_data") return "";
  const text = content.data["text/plain"];
  return typeof text === "string" ? text : "";
}
