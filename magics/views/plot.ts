import { shortHash } from "../../core/ref.ts";
import type { Outcome, OutcomeCell, Outcomes, Series } from "../../core/index.ts";
import { isSeries } from "../../core/outcomes/read-metrics.ts";
import { lastOf } from "../../core/outcomes/groups.ts";
import { cellOf } from "../../core/outcomes/outcome.ts";
import { fieldColumn } from "../../core/outcomes/table.ts";
import type { View } from "./bundle.ts";
import { counted, formatNumber, shorten } from "./format.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import { cellText } from "./outcome-rows.ts";
import { scaleFor } from "./scale.ts";
import type { Scale } from "./scale.ts";
import { aboutSeries, thinned } from "./series.ts";
import { blockPicture } from "./unstyled.ts";

/** What is plotted against what. */
export interface PlotOptions {
  /** A column; of series that are plotted by themselves, their steps unless given. */
  readonly x?: string | undefined;
  readonly y: string;
  /** The column that says the colour; the one other field that varies unless given. */
  readonly colour?: string | undefined;
  /** The row that stands out. */
  readonly best?: Outcome | undefined;
}

const width = 640;
const height = 300;
const margin = { top: 14, right: 16, bottom: 40, left: 62 };
const maxHues = 8;
const maxLines = 200;
const maxSteps = 400;

/** A mark of the plot: a point, or a line of them. */
interface Mark {
  readonly row: Outcome;
  readonly points: readonly (readonly [x: OutcomeCell, y: number])[];
}

/** Outcomes as points, or their series as lines, with axes and a legend. */
export function plotView(outcomes: Outcomes, options: PlotOptions): View {
  const marks = marksOf(outcomes.rows, options);
  const colours = coloursOf(outcomes, options, marks);
  const xTitle = options.x ?? "step";
  const count = counted(marks.length, marks.some(({ points }) => points.length > 1) ? "line" : "point");
  const about = `${options.y} over ${xTitle}`;
  if (marks.length === 0) {
    const nothing = `nothing to plot: no outcome has both ${xTitle} and ${options.y} as a number`;
    return { html: html`<p class="l-facts">${nothing}</p>`, text: nothing };
  }
  const missing = missingText(outcomes.rows, marks, options);
  const x = scaleFor(marks.flatMap(({ points }) => points.map(([value]) => value)));
  const y = scaleFor(marks.flatMap(({ points }) => points.map(([, value]) => value)));
  const place = placer(x, y);
  // The best is drawn last, over all others.
  const drawn = [...marks].sort((a, b) => Number(a.row === options.best) - Number(b.row === options.best));
  const picture = html`<div class="l-plot">
    ${legendHtml(colours)}
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${about}: ${count}">
      ${axesHtml(x, y, { x: xTitle, y: options.y })}
      ${drawn.map((mark) => markHtml(mark, { outcomes, options, colours, place }))}
    </svg>
    ${missing === "" ? undefined : html`<p class="l-facts">${missing}</p>`}
  </div>`;
  const text = `plot of ${about}: ${count}${x.kind === "log" ? ", logarithmic" : ""}, ${rangeText(marks)}${missing === "" ? "" : `, ${missing}`}`;
  return { html: blockPicture(picture, text), text };
}

/** Which outcomes the plot does not have because there is no place for what they came to: `2 not drawn, as their loss is not finite`. */
function missingText(rows: readonly Outcome[], marks: readonly Mark[], { x, y }: PlotOptions): string {
  const drawn = new Set(marks.map(({ row }) => row));
  const missing = rows.filter((row) => !drawn.has(row));
  const texts = [y, ...(x === undefined || x === y ? [] : [x])].flatMap((column) => {
    const count = missing.filter((row) => isEndless(lastOf(cellOf(row, column)))).length;
    return count === 0
      ? []
      : [`${count} not drawn, as ${count === 1 ? "its" : "their"} ${column} is not finite`];
  });
  return texts.join(", ");
}

function isEndless(value: OutcomeCell): boolean {
  return typeof value === "number" && !Number.isFinite(value);
}

function marksOf(rows: readonly Outcome[], { x, y }: PlotOptions): Mark[] {
  return rows
    .flatMap((row): Mark[] => {
      if (row.state === "failed") return [];
      const [across, up] = [x === undefined ? undefined : cellOf(row, x), cellOf(row, y)];
      if (isSeries(up)) return lineOf(row, across, up);
      const isPlace = x !== undefined && across !== undefined && !isSeries(across) && !isEndless(across);
      return typeof up === "number" && Number.isFinite(up) && isPlace
        ? [{ row, points: [[plainOf(across), up]] }]
        : [];
    })
    .slice(0, isLines(rows, y) ? maxLines : undefined);
}

function isLines(rows: readonly Outcome[], y: string): boolean {
  return rows.some((row) => isSeries(cellOf(row, y)));
}

function lineOf(row: Outcome, across: OutcomeCell, up: Series): Mark[] {
  const steps = up.map((value, index): readonly [OutcomeCell, number] => [
    isSeries(across) ? across[index] : index + 1,
    value,
  ]);
  const shown =
    steps.length <= maxSteps ? steps : thinned([...steps.keys()], maxSteps).map((at) => steps[at]);
  const points = shown.filter((point) => point !== undefined && Number.isFinite(point[1]));
  return points.length === 0 ? [] : [{ row, points: points as Mark["points"] }];
}

function plainOf(value: OutcomeCell): OutcomeCell {
  if (value instanceof Date) return value.getTime();
  return typeof value === "number" ? value : cellText(value);
}

interface Colours {
  readonly column: string | undefined;
  readonly names: readonly string[];
  /** Which of the hues a row has; undefined for the plain one. */
  readonly of: (row: Outcome) => number | undefined;
}

function coloursOf(outcomes: Outcomes, { x, y, colour }: PlotOptions, marks: readonly Mark[]): Colours {
  const fields = outcomes.fields.map((field) => fieldColumn(field, outcomes.columns));
  const column =
    colour ??
    fields
      .filter((field) => field !== x && field !== y)
      .find((field, _, rest) => {
        const few = new Set(marks.map(({ row }) => cellText(cellOf(row, field)))).size;
        return (rest.length === 1 || isLines(outcomes.rows, y)) && few > 1 && few <= maxHues;
      });
  if (column === undefined) return { column, names: [], of: () => undefined };
  const names = [...new Set(marks.map(({ row }) => cellText(cellOf(row, column))))].sort(byNumber);
  return { column, names, of: (row) => Math.min(names.indexOf(cellText(cellOf(row, column))), maxHues - 1) };
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b) || (a < b ? -1 : 1);
}

function placer(
  x: Scale,
  y: Scale,
): (point: readonly [OutcomeCell, number]) => readonly [number, number] | undefined {
  return ([across, up]) => {
    const [left, bottom] = [x.at(across), y.at(up)];
    if (left === undefined || bottom === undefined) return undefined;
    return [
      margin.left + left * (width - margin.left - margin.right),
      height - margin.bottom - bottom * (height - margin.top - margin.bottom),
    ];
  };
}

function axesHtml(x: Scale, y: Scale, titles: { readonly x: string; readonly y: string }): Html {
  const [left, right, bottom] = [margin.left, width - margin.right, height - margin.bottom];
  const across = x.ticks.map(({ at, label }) => {
    const place = (left + at * (right - left)).toFixed(1);
    const grid =
      x.kind === "names"
        ? undefined
        : html`<line x1="${place}" x2="${place}" y1="${margin.top}" y2="${bottom}"></line>`;
    return html`${grid}<text x="${place}" y="${bottom + 15}" text-anchor="middle"
        >${shorten(label, 16)}</text
      >`;
  });
  const up = y.ticks.map(({ at, label }) => {
    const place = bottom - at * (bottom - margin.top);
    return html`<line x1="${left}" x2="${right}" y1="${place.toFixed(1)}" y2="${place.toFixed(1)}"></line
      ><text x="${left - 7}" y="${(place + 3.5).toFixed(1)}" text-anchor="end">${shorten(label, 10)}</text>`;
  });
  const note = (scale: Scale): string => (scale.kind === "log" ? ", logarithmic" : "");
  return html`<g class="l-axes"
    >${across}${up}
    <path d="M${left} ${margin.top}V${bottom}H${right}"></path>
    <text class="l-axis" x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle"
      >${shorten(titles.x, 60)}${note(x)}</text
    >
    <text
      class="l-axis"
      transform="translate(13 ${(margin.top + bottom) / 2}) rotate(-90)"
      text-anchor="middle"
      >${shorten(titles.y, 36)}${note(y)}</text
    ></g
  >`;
}

interface Drawing {
  readonly outcomes: Outcomes;
  readonly options: PlotOptions;
  readonly colours: Colours;
  readonly place: ReturnType<typeof placer>;
}

function markHtml({ row, points }: Mark, { outcomes, options, colours, place }: Drawing): Content {
  const placed = points.map(place).filter((point) => point !== undefined);
  const [first] = placed;
  if (first === undefined) return undefined;
  const hue = colours.of(row);
  const isBest = row === options.best;
  const classes = [hue === undefined ? "" : `l-hue${hue}`, isBest ? "l-best" : ""].filter(
    (name) => name !== "",
  );
  const title = html`<title>${titleOf(outcomes, row, options)}</title>`;
  if (placed.length === 1) {
    const [x, y] = first;
    return html`<circle
      class="${classes.join(" ")}"
      cx="${x.toFixed(1)}"
      cy="${y.toFixed(1)}"
      r="${isBest ? 6 : 4.5}"
      >${title}</circle
    >`;
  }
  const path = placed
    .map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join("");
  return html`<path class="${["l-line", ...classes].join(" ")}" d="${path}">${title}</path>`;
}

function titleOf(outcomes: Outcomes, row: Outcome, { x, y, best }: PlotOptions): string {
  const fields = outcomes.fields.map((field) => fieldColumn(field, outcomes.columns));
  const shown = [...new Set([...fields, ...(x === undefined ? [] : [x]), y])];
  const parts = shown.map((column) => {
    const cell = cellOf(row, column);
    return `${column} ${isSeries(cell) ? aboutSeries(cell) : cellText(cell)}`;
  });
  return [row === best ? "best" : "", ...parts, shortHash(row.rref)].filter((part) => part !== "").join("\n");
}

function legendHtml({ column, names }: Colours): Content {
  if (column === undefined) return undefined;
  const more = names.length > maxHues ? html`<span>and ${names.length - maxHues} more</span>` : undefined;
  const entries = names
    .slice(0, maxHues)
    .map((name, hue) => html`<span><i class="l-hue${hue}"></i>${name}</span>`);
  return html`<p class="l-legend"><b>${column}</b>${entries}${more}</p>`;
}

function rangeText(marks: readonly Mark[]): string {
  const values = marks.flatMap(({ points }) => points.map(([, y]) => y));
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return `${formatNumber(low, 4)} to ${formatNumber(high, 4)}`;
}
