// Explaining: a chain of 3,000 stages of which the first has changed, and a stage of which 10,000 others were realized.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { derivationRef } from "../../../dist/core/canonical.js";
import { explain, openStore, realize, stage } from "../../../dist/core/index.js";
import { ms, time } from "../measure.mjs";
import { chain } from "./stages.mjs";

const EARLIER = 10_000;

/** The rows on explanations. */
export async function benchExplain(folder) {
  const root = join(folder, "explain-chain");
  await realize(chain(3000), { store: openStore({ root, durable: false }) });
  const cached = await time(() => realize(chain(3000), { store: openStore({ root }), assertRealized: true }));
  const same = await time(() => explain(chain(3000), { store: openStore({ root }) }));
  const changed = await time(() => explain(chain(3000, 1), { store: openStore({ root }) }));
  const many = join(folder, "explain-many");
  writeRealized(many);
  const one = stage({
    name: "model",
    config: { index: -1, seed: 1 },
    realize: () => undefined,
    source: false,
  });
  const among = await time(() => explain(one, { store: openStore({ root: many }) }), { rounds: 3 });
  return [
    [
      "explain a chain of 3,000 that is realized",
      ms(same),
      "2 x realizing it",
      `realizing it: ${ms(cached)}`,
    ],
    ["explain it when its first stage has changed", ms(changed), "1 s", ""],
    [`explain a stage beside ${EARLIER.toLocaleString("en")} earlier ones of its name`, ms(among), "2 s", ""],
  ];
}

/** Written by hand, as to build so many would take long; who reads them sees no difference. */
function writeRealized(root) {
  for (let index = 0; index < EARLIER; index += 1) {
    const config = { index, seed: 0 };
    const place = join(root, "store-v1", derivationRef("model", config).slice("dref:".length));
    const realization = join(place, index.toString(16).padStart(32, "0"));
    mkdirSync(realization, { recursive: true });
    writeFileSync(join(place, "config.json"), JSON.stringify(config));
    writeFileSync(join(realization, "context.json"), "{}");
  }
}
