// npm run bench: builds, then measures. `npm run bench -- store` or `-- kernels` runs one half, `-- kernels trivial typed` the
// parts of it that are named, `-- soak [cells]` ten thousand cells in one session; it fails when the memory is not flat.
// `-- chaos [minutes]` sends random cells, questions and interrupts to one kernel after the other; it fails at the first fault.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
if (!existsSync(`${root}/node_modules`)) execFileSync("npm", ["ci"], { cwd: root, stdio: "inherit" });
execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });

const wanted = process.argv.slice(2);
console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
const [half, ...rest] = wanted;
if (half === undefined || half === "store") await (await import("./store.mjs")).benchStore();
if (half === undefined || half === "kernels") await (await import("./kernels.mjs")).benchKernels(rest);
const isWell = half !== "soak" || (await (await import("./soak.mjs")).soak(Number(rest[0] ?? 10_000)));
if (half === "chaos") playChaos(Number(rest[0] ?? 10));
process.exit(isWell ? 0 : 1);

function playChaos(minutes) {
  const env = { ...process.env, CHAOS_MINUTES: String(minutes), CHAOS_SEED: String(Date.now() % 1_000_000) };
  execFileSync("npx", ["vitest", "run", "test/kernel/chaos"], { cwd: root, stdio: "inherit", env });
}
