// npm run bench: builds, then measures. `npm run bench -- store` or `-- kernels` runs one half, `-- soak [cells]` ten thousand
// cells in one session.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
if (!existsSync(`${root}/node_modules`)) execFileSync("npm", ["ci"], { cwd: root, stdio: "inherit" });
execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });

const wanted = process.argv.slice(2);
console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
if (wanted.length === 0 || wanted.includes("store")) await (await import("./store.mjs")).benchStore();
if (wanted.length === 0 || wanted.includes("kernels")) await (await import("./kernels.mjs")).benchKernels();
if (wanted.includes("soak")) await (await import("./soak.mjs")).soak(Number(wanted[1] ?? 10_000));
process.exit(0);
