import type { DisplayHandle } from "./display-handle.ts";
import { escapeHtml } from "./escape.ts";
import type { MimeBundle } from "./mime.ts";

/** What a progress bar says beside how far it is. */
export interface ProgressOptions {
  /** What is going on: `epochs`. */
  readonly label?: string;
  /** How many there are, where what is gone through does not say. */
  readonly total?: number;
}

/**
 * A bar that shows how far something is. To go through it is to move it; or `set` does.
 *
 * @example
 * const bar = display.progress(20, { label: "epochs" });
 * for (const epoch of bar) bar.note(`loss ${await train(epoch)}`);
 */
export interface Progress<T> extends Iterable<T> {
  /** How many are done. */
  readonly current: number;
  /** Moves the bar. At the total it is finished. */
  set(current: number): void;
  /** Puts a text behind the bar. */
  note(text: string): void;
}

/** How far something is. */
export interface ProgressState {
  readonly label: string;
  readonly current: number;
  readonly total: number | undefined;
  readonly note: string;
  readonly elapsedMs: number;
  /** Nothing more will come: all is done, or it was left. */
  readonly isOver: boolean;
}

// A bar that moves more often than that is no better to look at.
const everyMs = 50;
const barWidth = 24;

/** Shows a bar for numbers from zero on, or for the items of something. */
export function startProgress<T>(
  over: number | Iterable<T>,
  { label = "", total = sizeOf(over) }: ProgressOptions,
  show: (bundle: MimeBundle) => DisplayHandle,
): Progress<T | number> {
  const started = performance.now();
  let [current, text, isOver, shownAt] = [0, "", false, started];
  const bundle = (): MimeBundle =>
    progressBundle({ label, current, total, note: text, elapsedMs: performance.now() - started, isOver });
  const handle = show(bundle());
  const draw = (): void => {
    const now = performance.now();
    if (!isOver && now - shownAt < everyMs) return;
    shownAt = now;
    handle.update(bundle());
  };
  const set = (value: number): void => {
    current = value;
    isOver = total !== undefined && value >= total;
    draw();
  };
  return {
    get current() {
      return current;
    },
    set,
    note: (value) => {
      text = value;
      draw();
    },
    *[Symbol.iterator]() {
      try {
        for (const item of typeof over === "number" ? countTo(over) : over) {
          yield item;
          set(current + 1);
        }
      } finally {
        // Also when the loop is left early.
        if (!isOver) {
          isOver = true;
          draw();
        }
      }
    },
  };
}

/** A state as HTML, readable without any style, and as text. */
export function progressBundle(state: ProgressState): MimeBundle {
  const { label, current, total, note } = state;
  const facts = [countText(state), timeText(state), note].filter((part) => part !== "");
  const share = total === undefined || total === 0 ? undefined : Math.min(1, Math.max(0, current / total));
  const title = label === "" ? "" : `${label}  `;
  const bar =
    total === undefined
      ? ""
      : `<progress value="${Math.min(current, total)}" max="${Math.max(total, 1)}"></progress> `;
  return {
    "text/html": `<div>${escapeHtml(title)}${bar}${escapeHtml(facts.join(" · "))}</div>`,
    "text/plain": `${title}${share === undefined ? "" : `${barText(share)}  `}${facts.join("  ")}`,
  };
}

function barText(share: number): string {
  const full = Math.round(share * barWidth);
  return "█".repeat(full) + "░".repeat(barWidth - full);
}

function countText({ current, total }: ProgressState): string {
  return total === undefined ? String(current) : `${current} of ${total}`;
}

function timeText({ current, total, elapsedMs, isOver }: ProgressState): string {
  if (isOver)
    return `${total !== undefined && current < total ? "stopped after" : "in"} ${durationText(elapsedMs)}`;
  if (total === undefined || current === 0) return "";
  return `${durationText((elapsedMs / current) * (total - current))} left`;
}

function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.floor(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function sizeOf(over: unknown): number | undefined {
  if (typeof over === "number") return over;
  if (typeof over !== "object" || over === null) return undefined;
  const size = "length" in over ? over.length : "size" in over ? over.size : undefined;
  return typeof size === "number" ? size : undefined;
}

function* countTo(total: number): Generator<number> {
  for (let at = 0; at < total; at += 1) yield at;
}
