import type { GraphFacts, GraphNode, GraphState } from "../facts/graph.ts";
import { shorten } from "./format.ts";

/** `2 would run, 3 reused`. */
export function statesText(states: GraphNode["states"]): string {
  const parts = stateOrder.flatMap((state) => {
    const count = states[state] ?? 0;
    return count === 0 ? [] : [`${count} ${stateLooks[state].words}`];
  });
  return parts.join(", ");
}

/** What is not in the picture, in words. */
export function hiddenText({ hidden, all }: GraphFacts): string {
  return `shows the ${all - hidden} of ${all} stages that are nearest to the end; ${hidden} more are what these depend on`;
}

// What wants to be looked at comes first.
const stateOrder: readonly GraphState[] = ["failed", "held", "would-run", "reused"];

/** How a state is marked and coloured. */
export const stateLooks: Readonly<
  Record<GraphState, { readonly mark: string; readonly words: string; readonly tone: string }>
> = {
  failed: { mark: "✗", words: "failed", tone: "bad" },
  held: { mark: "‖", words: "held", tone: "warn" },
  "would-run": { mark: "▸", words: "would run", tone: "acc" },
  reused: { mark: "✓", words: "reused", tone: "good" },
};

/** The state of a node: of several derivations, what most wants to be looked at. */
export function leadingState({ states }: GraphNode): GraphState {
  return stateOrder.find((state) => (states[state] ?? 0) > 0) ?? "reused";
}

/** What is said of a node behind its name; no more than so much of what tells it apart. */
export function aboutNode(node: GraphNode, maxTold: number): string {
  const { drefs, states, outcomes } = node;
  const told = shorten(node.told, maxTold);
  if (drefs.length > 1) return `${drefs.length}${told === "" ? "" : ` by ${told}`}: ${statesText(states)}`;
  const state = stateLooks[leadingState(node)].words;
  const made = outcomes > 1 ? `, ${outcomes} outcomes` : "";
  return [told, `${state}${made}`].filter((part) => part !== "").join(" · ");
}
