/** A node to be placed. */
export interface LayeredNode {
  readonly width: number;
  readonly height: number;
  /** 0 is where all ways end; what a node depends on is in higher layers. */
  readonly layer: number;
  /** Indices of the nodes that it depends on. */
  readonly dependencies: readonly number[];
}

/** A place in the picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A picture of layers. */
export interface LayeredLayout {
  /** Whether ways go to the right, and not down. */
  readonly isAcross: boolean;
  readonly width: number;
  readonly height: number;
  /** The centres of the nodes, in their order. */
  readonly centres: readonly Point[];
  /** The ways from dependencies to what depends on them: from border to border, by way of gaps between other nodes. */
  readonly edges: readonly (readonly Point[])[];
}

/** A node in its layer, or a place at which a long edge passes a layer. */
interface Item {
  readonly layer: number;
  /** How much of its layer it takes. */
  readonly size: number;
  readonly neighbours: { readonly deeper: Item[]; readonly nearer: Item[] };
  /** The place of its middle in the layer. */
  at: number;
}

const layerGap = 46;
const itemGap = 14;
const rounds = 8;
const maxPassed = 4000;

/**
 * Places nodes in layers (Sugiyama, Tagawa, Toda 1981): each layer in the order of the means of its neighbours' places, then moved
 * towards these as far as the order allows. Ways go to the right when the picture is no wider than `width` so, or else down.
 */
export function layeredLayout(nodes: readonly LayeredNode[], width: number): LayeredLayout {
  const across = placed(nodes, true);
  if (across.width <= width) return across;
  const down = placed(nodes, false);
  return down.width <= width || down.width < across.width ? down : across;
}

function placed(nodes: readonly LayeredNode[], isAcross: boolean): LayeredLayout {
  const items = nodes.map((one) => itemAt(one.layer, isAcross ? one.height : one.width));
  const layers: Item[][] = [];
  for (const item of items) (layers[item.layer] ??= []).push(item);
  const ways = linked(nodes, items, layers);
  const all = layers.filter((layer) => layer !== undefined);
  for (const layer of all) stack(layer);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? all : all.toReversed();
    for (const layer of order) arrange(layer, round % 2 === 0 ? "nearer" : "deeper");
  }
  for (let round = 0; round < rounds; round++)
    for (const layer of round % 2 === 0 ? all.toReversed() : all) move(layer);
  return drawn(nodes, items, { isAcross, ways });
}

function itemAt(layer: number, size: number): Item {
  return { layer, size, neighbours: { deeper: [], nearer: [] }, at: 0 };
}

/**
 * Links neighbours. A way over several layers takes a place in each, which it shares with the others from where it begins; of too many
 * long ways, these go straight.
 */
function linked(nodes: readonly LayeredNode[], items: readonly Item[], layers: Item[][]): Item[][] {
  let passed = 0;
  const shared = new Map<number, Item[]>();
  return nodes.flatMap(({ dependencies }, index) =>
    dependencies.flatMap((deep) => {
      const [end, start] = [items[index], items[deep]];
      if (start === undefined || end === undefined) return [];
      const passes = shared.get(deep) ?? [];
      shared.set(deep, passes);
      for (let layer = start.layer - 1 - passes.length; layer > end.layer && passed < maxPassed; layer--) {
        const item = itemAt(layer, 6);
        (layers[layer] ??= []).push(item);
        passes.push(item);
        passed++;
      }
      const way = [start, ...passes.slice(0, Math.max(0, start.layer - 1 - end.layer)), end];
      for (const [at, item] of way.entries()) {
        const next = way[at + 1];
        if (next === undefined || item.neighbours.nearer.includes(next)) continue;
        item.neighbours.nearer.push(next);
        next.neighbours.deeper.push(item);
      }
      return [way];
    }),
  );
}

/** One after the other, around the middle. */
function stack(layer: readonly Item[]): void {
  let at = 0;
  for (const item of layer) {
    item.at = at + item.size / 2;
    at += item.size + itemGap;
  }
  for (const item of layer) item.at -= (at - itemGap) / 2;
}

function arrange(layer: Item[], side: keyof Item["neighbours"]): void {
  const wish = new Map(layer.map((item) => [item, mean(item.neighbours[side]) ?? item.at]));
  layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
  stack(layer);
}

function mean(items: readonly Item[]): number | undefined {
  return items.length === 0 ? undefined : items.reduce((sum, { at }) => sum + at, 0) / items.length;
}

/** Towards the means of all neighbours, in the order as it is: isotonic regression, by pooling those that are in each other's way. */
function move(layer: readonly Item[]): void {
  const pools: { sum: number; count: number; items: Item[] }[] = [];
  const offsets = new Map<Item, number>();
  let offset = 0;
  for (const item of layer) {
    offsets.set(item, offset + item.size / 2);
    const wish = mean([...item.neighbours.deeper, ...item.neighbours.nearer]) ?? item.at;
    pools.push({ sum: wish - offset - item.size / 2, count: 1, items: [item] });
    offset += item.size + itemGap;
    for (let last = pools.at(-1), before = pools.at(-2); last && before; before = pools.at(-2)) {
      if (before.sum / before.count <= last.sum / last.count) break;
      pools.pop();
      before.sum += last.sum;
      before.count += last.count;
      before.items.push(...last.items);
      last = before;
    }
  }
  for (const { sum, count, items } of pools)
    for (const item of items) item.at = sum / count + (offsets.get(item) ?? 0);
}

/** How thick layers are, and where they begin: the deepest one comes first. */
function layersAlong(
  nodes: readonly LayeredNode[],
  along: (node: LayeredNode) => number,
): { readonly thick: readonly number[]; readonly starts: readonly number[]; readonly length: number } {
  const thick: number[] = [];
  for (const node of nodes) thick[node.layer] = Math.max(thick[node.layer] ?? 0, along(node));
  const starts: number[] = [];
  let end = 0;
  for (let layer = thick.length - 1; layer >= 0; layer--) {
    starts[layer] = end;
    end += (thick[layer] ?? 0) + layerGap;
  }
  return { thick, starts, length: end - layerGap };
}

interface Drawing {
  readonly isAcross: boolean;
  readonly ways: readonly (readonly Item[])[];
}

function drawn(
  nodes: readonly LayeredNode[],
  items: readonly Item[],
  { isAcross, ways }: Drawing,
): LayeredLayout {
  const along = (node: LayeredNode): number => (isAcross ? node.width : node.height);
  const { thick, starts, length } = layersAlong(nodes, along);
  const all = [...new Set([...items, ...ways.flat()])];
  const least = Math.min(0, ...all.map(({ at, size }) => at - size / 2));
  const most = Math.max(0, ...all.map(({ at, size }) => at + size / 2));
  const point = (main: number, cross: number): Point =>
    isAcross ? { x: main, y: cross - least } : { x: cross - least, y: main };
  const middle = (layer: number): number => (starts[layer] ?? 0) + (thick[layer] ?? 0) / 2;
  const half = (item: Item): number => {
    const node = nodes[items.indexOf(item)];
    return node === undefined ? 0 : along(node) / 2;
  };
  const edges = ways.map((way) =>
    way.flatMap((item, index) => {
      const main = middle(item.layer);
      if (index === 0) return [point(main + half(item), item.at)];
      if (index === way.length - 1) return [point(main - half(item), item.at)];
      const thickness = (thick[item.layer] ?? 0) / 2;
      return [point(main - thickness, item.at), point(main + thickness, item.at)];
    }),
  );
  const [wide, high] = isAcross ? [length, most - least] : [most - least, length];
  return {
    isAcross,
    width: wide,
    height: high,
    centres: items.map((item) => point(middle(item.layer), item.at)),
    edges,
  };
}
