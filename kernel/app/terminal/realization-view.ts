import type { DRef, RealizeEvent, WarningEvent } from "../../../core/index.ts";
import { Pacer } from "../../../magics/pacer.ts";
import { startProgress } from "../../../magics/realization-progress.ts";
import type { RealizationProgress } from "../../../magics/realization-progress.ts";
import { counted } from "../../../magics/views/format.ts";
import { visible } from "../../../magics/views/html.ts";
import { aboutOf, aboutRun, marks, runText } from "../../../magics/views/progress-words.ts";
import { columnsOf } from "./fit-text.ts";
import { LiveRegion, type Terminal } from "./live-region.ts";
import type { Paint } from "./paint.ts";
import { endLines, fullName, screenLines, type Frame } from "./realization-screen.ts";

/** Shows a realization while it goes on. */
export interface RealizationView {
  /** Takes the next event, and how far the realization is with it. */
  next(event: RealizeEvent, state: RealizationProgress): void;
  /** Says something that is not in the events. */
  say(text: string): void;
  /** Draws anew, as when the window has another size. */
  redraw(): void;
  /** Leaves what is to stay. */
  end(): void;
}

/** Shows nothing. */
export const noView: RealizationView = { next: () => {}, say: () => {}, redraw: () => {}, end: () => {} };

/** Shows a realization in the last lines of a terminal; what has come to its end goes up as a line that stays. */
export function liveView(terminal: Terminal, paint: Paint): RealizationView {
  const region = new LiveRegion(terminal, columnsOf);
  let state = startProgress(Date.now());
  const above: string[] = [];
  const frame = (): Frame => ({ nowMs: Date.now(), columns: terminal.columns, rows: terminal.rows, paint });
  const takeAbove = (): string[] => above.splice(0);
  const pacer = new Pacer(() => region.draw(screenLines(state, frame()), takeAbove()));
  return {
    next(event, next) {
      state = next;
      if (event.type === "warning") above.push(warningOf(event, paint));
      above.push(...endOf(event, state, frame()));
      pacer.changed();
    },
    say(text) {
      above.push(text);
      pacer.draw();
    },
    redraw: () => pacer.draw(),
    end() {
      pacer.end();
      region.end(takeAbove());
    },
  };
}

// Often enough to see that something goes on, and seldom enough for a log.
const wordEveryMs = 30_000;

/** Tells of a realization in lines, for a file or the log of a machine. */
export function plainView(write: (text: string) => void, paint: Paint): RealizationView {
  let toldAt = Date.now();
  const line = (text: string): void => write(`${text}\n`);
  return {
    next(event, state) {
      const frame = { nowMs: event.at, columns: 4_000, rows: 0, paint };
      if (event.type === "planned")
        line(`${counted(event.stages.length, "stage")}, ${counted(event.jobs, "job")}`);
      if (event.type === "started" || event.type === "waiting") line(goingOn(event, state, event.at));
      if (event.type === "warning") line(warningOf(event, paint));
      for (const text of endOf(event, state, frame)) line(text);
      if (event.type !== "overall" || event.at - toldAt < wordEveryMs) return;
      toldAt = event.at;
      for (const one of event.running) line(goingOn(one, state, event.at));
    },
    say: line,
    redraw() {},
    end() {},
  };
}

function goingOn(
  of: { readonly dref: DRef; readonly run?: number },
  state: RealizationProgress,
  nowMs: number,
): string {
  const stage = state.stages.get(of.dref);
  if (stage === undefined) return "";
  const run = stage.going.find((one) => one.run === of.run);
  const head = `${marks[stage.state]} ${fullName(stage)}`;
  if (run === undefined)
    return `${head}  ${stage.startedMs === nowMs ? "started" : aboutOf(stage, state, nowMs)}`;
  const about = run.startedMs === nowMs ? "started" : aboutRun(run, nowMs);
  return `${head}  ${runText(run.run, stage)} · ${about}`;
}

function warningOf({ name, text }: WarningEvent, paint: Paint): string {
  return paint("warn", `! ${name}  ${visible(text)}`);
}

const ends: ReadonlySet<RealizeEvent["type"]> = new Set(["reused", "matched", "failed", "cancelled"]);

function endOf(event: RealizeEvent, state: RealizationProgress, frame: Frame): string[] {
  const stage = "dref" in event && ends.has(event.type) ? state.stages.get(event.dref) : undefined;
  return stage === undefined ? [] : endLines(stage, state, frame);
}
