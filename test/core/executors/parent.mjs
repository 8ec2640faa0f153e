// Realizes a closed derivation in a process of its own: `node parent.mjs <root> <dref> [exit]`.
import { closureFromStore, openStore, processes, realize } from "../../../dist/core/index.js";

const [root, dref, then] = process.argv.slice(2);
const store = openStore({ root, durable: false });
const executor = processes();
const rref = await realize(await closureFromStore(store, dref), { executor });
process.stdout.write(`${store.buildRecord(rref).pid}\n`);
// "exit" leaves the idle process to itself.
if (then !== "exit") await executor.close();
