import type { StoreGraph } from "../../query/graph.ts";
import type { Facts } from "./garbage.ts";
import { removalOrder } from "./order.ts";

/** What a choice is made from. */
export interface Choice {
  readonly graph: StoreGraph;
  /** What nothing needs but each other. */
  readonly indices: readonly number[];
  readonly facts: Facts;
  /** How much is to be freed at least; everything if undefined. */
  readonly freeBytes: number | undefined;
}

/** The objects to be removed, in an order in which each one comes after all that need it. */
export function chooseVictims(choice: Choice): number[] {
  const order = orderOf(choice);
  return choice.freeBytes === undefined
    ? order
    : withinBudget({ ...choice, order, budget: choice.freeBytes });
}

/**
 * Where all of it goes, it is enough that the outcomes of a derivation go after those of the derivations that depend on it,
 * which spares reading their contexts. With a budget, what is not needed must not wait for what has nothing to do with it.
 */
function orderOf({ graph, indices, facts, freeBytes }: Choice): number[] {
  const time = (index: number): number => facts.of(index).madeMs;
  if (freeBytes !== undefined) return removalOrder({ indices, needs: (at) => graph.needs(at), time });
  const derivations = new Set(indices.map((index) => graph.derivationOf(index)));
  const order = removalOrder({ indices: derivations, needs: (at) => graph.needs(at), time });
  const going = new Set(indices);
  const outcomes = order.map((at) => graph.outcomes(at).filter((one) => going.has(one)));
  for (const list of outcomes) list.sort((a, b) => time(a) - time(b));
  return [...outcomes.flat(), ...order.filter((index) => going.has(index))];
}

interface Budget {
  readonly graph: StoreGraph;
  readonly order: readonly number[];
  readonly facts: Facts;
  readonly budget: number;
}

/** With a budget that is reached, derivations only go along with the last of their realizations: by themselves they free nothing. */
function withinBudget({ graph, order, facts, budget }: Budget): number[] {
  const going = new Set<number>();
  const needed = new Set<number>();
  let freed = 0;
  for (const index of order.filter((one) => !graph.isDerivation(one))) {
    if (freed < budget) {
      going.add(index);
      freed += facts.of(index).sizeBytes;
    } else for (const need of graph.needs(index)) needed.add(need);
  }
  for (const index of order.filter((one) => graph.isDerivation(one))) {
    const outcomes = graph.outcomes(index);
    const emptied = outcomes.length > 0 && outcomes.every((one) => going.has(one));
    // Those that depend on a derivation come before it; where one of them stays, so does the derivation.
    if ((freed < budget || emptied) && !needed.has(index)) going.add(index);
    else for (const need of graph.needs(index)) needed.add(need);
  }
  return order.filter((index) => going.has(index));
}
