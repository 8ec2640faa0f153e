// `npm run demo`: from a fresh clone to an executed notebook, without Python and without Jupyter. Run it twice: the second
// time, everything is found in the store.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { build, installPackages, root, run } from "./prepare.mjs";

const here = join(root, "notebooks");
const notebook = join(here, "quickstart.ipynb");
const executed = join(here, "out", "quickstart.ipynb");
const page = join(here, "out", "quickstart.html");
const store = join(here, "out", "store");

const started = performance.now();
if (!installPackages(root) || !build() || !installPackages(here)) process.exit(1);

const before = realizations();
console.log(`\nRunning ${relative(root, notebook)} with the store ${relative(root, store)}\n`);
const cli = join(root, "dist", "kernel", "app", "cli.js");
const ok = run(process.execPath, [cli, "run", notebook, "--output", executed, "--html", page], {
  env: { ...process.env, LIGHTNIX_ROOT: store },
});
const after = realizations();

if (ok) console.log(`\n${shownBy("outcomes")}\n`);
console.log(`${account(after.filter((one) => !before.includes(one)).length)} It took ${seconds()} s.

  The executed notebook   ${executed}
  The same as a page      ${page}
  The store               ${store}

To go on in Jupyter, with this kernel and this store:

  npx lightnix install --user
  LIGHTNIX_ROOT=${quoted(store)} jupyter notebook ${quoted(relative(process.cwd(), notebook))}
`);
process.exitCode = ok ? 0 : 1;

/** The realizations in the store, counted from its folders: <derivation>/<hash of the realization>. */
function realizations() {
  const derivations = join(store, "store-v1");
  if (!existsSync(derivations)) return [];
  const folders = (path) => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders(derivations).flatMap(({ name }) =>
    folders(join(derivations, name))
      .filter((entry) => /^[0-9a-f]{32}$/.test(entry.name))
      .map((entry) => join(name, entry.name)),
  );
}

function account(built) {
  if (built === 0)
    return `Nothing was built: all ${before.length} realizations were in the store, and were reused.`;
  const reused =
    before.length === 0 ? "none were there to reuse" : `${before.length} were in the store already`;
  return `${built} realizations were built, ${reused}.`;
}

function seconds() {
  return ((performance.now() - started) / 1000).toFixed(0);
}

/** What a cell of the executed notebook showed, as text. */
function shownBy(id) {
  const { cells } = JSON.parse(readFileSync(executed, "utf8"));
  const outputs = cells.find((cell) => cell.id === id)?.outputs ?? [];
  return outputs
    .flatMap(({ data, text }) => data?.["text/plain"] ?? text ?? [])
    .join("")
    .trimEnd();
}

/** A path as a shell takes it. */
function quoted(path) {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
