import type { GraphFacts, GraphNode } from "../facts/graph.ts";
import { aboutNode, hiddenText, leadingState, stateLooks } from "./graph-words.ts";
import { counted, shorten } from "./format.ts";
import { targetsTitle } from "./targets-title.ts";

const maxLines = 120;
const maxIndent = 30;

/** A closure as an indented tree: what a stage depends on stands below it; what was there already, once. */
export function graphText(facts: GraphFacts, badge: string): string {
  const { targets, hidden } = facts;
  const { name, hash } = targetsTitle(targets);
  const title = hash === undefined ? name : `${name}  ${hash}`;
  return [`${title}  ${badge}`, treeText(facts), ...(hidden > 0 ? [hiddenText(facts)] : [])].join("\n");
}

/** The tree alone, without a title. */
export function treeText({ nodes }: GraphFacts): string {
  const lines = treeLines(nodes);
  const more = lines.length > maxLines ? [`… ${lines.length - maxLines} more lines`] : [];
  return [...lines.slice(0, maxLines), ...more].join("\n");
}

function treeLines(nodes: readonly GraphNode[]): string[] {
  const needed = new Set(nodes.flatMap(({ dependencies }) => dependencies));
  const tops = [...nodes.keys()].filter((index) => !needed.has(index));
  const seen = new Set<number>();
  const lines: string[] = [];
  // Not recursive: a chain may be deeper than a stack.
  const open = tops.map((index) => ({ index, indent: 0 })).toReversed();
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { index, indent } = one;
    const node = nodes[index];
    if (node === undefined) continue;
    const isSeen = seen.has(index);
    lines.push(
      `${"  ".repeat(Math.min(indent, maxIndent))}${lineOf(node)}${isSeen && node.dependencies.length > 0 ? " (above)" : ""}`,
    );
    if (isSeen) continue;
    seen.add(index);
    if (node.hidden > 0)
      lines.push(
        `${"  ".repeat(Math.min(indent + 1, maxIndent))}… ${counted(node.hidden, "more dependency", "more dependencies")}`,
      );
    for (const deep of node.dependencies.toReversed()) open.push({ index: deep, indent: indent + 1 });
  }
  return lines;
}

function lineOf(node: GraphNode): string {
  const { mark } = stateLooks[leadingState(node)];
  const why = node.message === undefined ? "" : `: ${shorten(node.message.split("\n")[0] ?? "", 100)}`;
  return `${mark} ${shorten(node.name, 80)}  ${aboutNode(node, 100)}${why}`;
}
