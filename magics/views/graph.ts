import type { GraphFacts, GraphNode } from "../facts/graph.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { counted, shorten } from "./format.ts";
import { graphText, treeText } from "./graph-text.ts";
import { aboutNode, hiddenText, leadingState, stateLooks, statesText } from "./graph-words.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import { layeredLayout } from "./layered-layout.ts";
import type { LayeredLayout, Point } from "./layered-layout.ts";
import { headerHtml, notesHtml } from "./realization.ts";
import { targetsTitle } from "./targets-title.ts";
import type { Badge } from "./realization.ts";
import { textWidth } from "./text-table.ts";
import { blockPicture } from "./unstyled.ts";

const height = 42;
const margin = 5;
// What is a little too wide for a page is drawn a little smaller.
const pageWidth = 980;
const maxName = 30;
const maxTold = 24;
const maxAbout = 48;

/** The view of a closure: a picture of what depends on what, each node in the colour of its state, and the same as an indented tree. */
export function graphView(facts: GraphFacts, notes: readonly string[] = []): MimeBundle {
  const badge = graphBadge(facts);
  const header = headerHtml({ ...targetsTitle(facts.targets), kind: "graph", badge });
  const hidden = facts.hidden === 0 ? undefined : html`<p class="l-facts">${hiddenText(facts)}</p>`;
  return bundle({
    html: html`${header}${notesHtml(notes)}${blockPicture(pictureHtml(facts), treeText(facts))}${hidden}`,
    text: [graphText(facts, badge.text), ...notes].join("\n"),
  });
}

function graphBadge({ states, all }: GraphFacts): Badge {
  const { reused = 0, failed = 0, held = 0 } = states;
  if (failed > 0) return { text: statesText(states), tone: "bad" };
  if (held > 0) return { text: statesText(states), tone: "warn" };
  return reused === all
    ? { text: "would reuse everything", tone: "good" }
    : { text: statesText(states), tone: "acc" };
}

interface Box {
  readonly name: string;
  readonly about: string;
  readonly tone: string;
  readonly title: string;
  readonly isTarget: boolean;
  readonly isStack: boolean;
  readonly width: number;
  readonly height: number;
  readonly layer: number;
  readonly dependencies: readonly number[];
}

function pictureHtml(facts: GraphFacts): Html {
  const boxes = boxesOf(facts);
  const layout = layeredLayout(boxes, pageWidth);
  const [width, total] = [Math.ceil(layout.width) + 2 * margin, Math.ceil(layout.height) + 2 * margin];
  return html`<div class="l-graph">
    <svg
      class="${layout.width <= pageWidth ? "l-fit" : ""}"
      width="${width}"
      height="${total}"
      viewBox="${-margin} ${-margin} ${width} ${total}"
      role="img"
      aria-label="${`what depends on what: ${counted(facts.all, "stage")}`}"
    >
      ${layout.edges.map((edge) => edgeHtml(edge, layout))}
      ${boxes.map((box, index) => boxHtml(box, layout.centres[index] ?? { x: 0, y: 0 }))}
    </svg>
  </div>`;
}

/** The nodes, and one for all that is not in the picture. */
function boxesOf({ nodes, hidden }: GraphFacts): readonly Box[] {
  const boxes = nodes.map(boxOf);
  if (hidden === 0 || !nodes.some((node) => node.hidden > 0)) return boxes;
  const about = `${hidden} more`;
  const rest = {
    name: "…",
    about,
    tone: "mut",
    title: about,
    isTarget: false,
    isStack: true,
    width: widthOf("…", about),
    height,
    layer: Math.max(...nodes.map(({ depth }) => depth)) + 1,
    dependencies: [],
  };
  const linked = boxes.map((box, index) =>
    (nodes[index]?.hidden ?? 0) > 0 ? { ...box, dependencies: [...box.dependencies, boxes.length] } : box,
  );
  return [...linked, rest];
}

function boxOf(node: GraphNode): Box {
  const { mark, tone } = stateLooks[leadingState(node)];
  const name = `${mark} ${shorten(node.name, maxName)}`;
  const about = shorten(aboutNode(node, maxTold), maxAbout);
  return {
    name,
    about,
    tone,
    title: titleOf(node),
    isTarget: node.isTarget,
    isStack: node.drefs.length > 1,
    width: widthOf(name, about),
    height,
    layer: node.depth,
    dependencies: node.dependencies,
  };
}

function widthOf(name: string, about: string): number {
  return Math.ceil(Math.max(64, textWidth(name) * 8.3, textWidth(about) * 6.2) + 22);
}

const maxListed = 12;

function titleOf(node: GraphNode): string {
  const { drefs, message } = node;
  const more = drefs.length > maxListed ? [`and ${drefs.length - maxListed} more`] : [];
  const lines = [...drefs.slice(0, maxListed), ...more, aboutNode(node, 200)];
  return [...lines, ...(message === undefined ? [] : [message])].map((line) => shorten(line, 300)).join("\n");
}

function boxHtml(box: Box, { x, y }: Point): Html {
  const { width, tone, isTarget, isStack } = box;
  const place = `translate(${figure(x - width / 2)} ${figure(y - height / 2)})`;
  const stack: Content = isStack ? html`<path class="l-under" d="${outline(width, 3)}"></path>` : undefined;
  return html`<g class="${`l-node l-${tone}${isTarget ? " l-target" : ""}`}" transform="${place}">
    <title>${box.title}</title>
    ${stack}<path class="l-box" d="${outline(width, 0)}"></path>
    <text x="11" y="18">${box.name}</text>
    <text class="l-about" x="11" y="33">${box.about}</text>
  </g>`;
}

const radius = 7;

/** A box with round corners, moved a little. */
function outline(width: number, by: number): string {
  const [w, h, r] = [width - 2 * radius, height - 2 * radius, radius];
  return `M${radius + by} ${by}h${w}q${r} 0 ${r} ${r}v${h}q0 ${r} ${-r} ${r}h${-w}q${-r} 0 ${-r} ${-r}v${-h}q0 ${-r} ${r} ${-r}z`;
}

function edgeHtml(points: readonly Point[], { isAcross }: LayeredLayout): Html {
  const [first, ...rest] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return html``;
  let path = `M${figure(first.x)} ${figure(first.y)}`;
  let before = first;
  for (const next of rest) {
    const [mx, my] = [(before.x + next.x) / 2, (before.y + next.y) / 2];
    const curve = isAcross
      ? [mx, before.y, mx, next.y, next.x, next.y]
      : [before.x, my, next.x, my, next.x, next.y];
    path += `C${curve.map(figure).join(" ")}`;
    before = next;
  }
  const [x, y] = [figure(last.x), figure(last.y)];
  const head = isAcross ? `M${x} ${y}l-6 -3.5v7z` : `M${x} ${y}l-3.5 -6h7z`;
  return html`<path class="l-edge" d="${path}"></path><path class="l-head" d="${head}"></path>`;
}

function figure(value: number): string {
  return String(Math.round(value * 10) / 10);
}
