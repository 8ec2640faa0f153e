// Realizes the cached chain in a process of its own: node fresh-process.mjs <root of the store> <length>
import { openStore, realize } from "../../../dist/core/index.js";
import { chain } from "./stages.mjs";

const [root, length] = process.argv.slice(2);
await realize(chain(Number(length)), { store: openStore({ root }), assertRealized: true });
