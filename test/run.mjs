// Everything that guards the project. `npm test` runs all of it, `npm run check` (--static) what needs no test to run.
// The last line says how many of the tests and checks passed and failed; a test that was skipped did not pass.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, installPackages, root, run } from "../notebooks/prepare.mjs";
import { ensureSystemPackages, howToInstall } from "./system-packages.mjs";

const onlyStatic = process.argv.includes("--static");
// As in CI, wherever it is: nobody answers questions, and a snapshot that is missing is a failure.
const unattended = { env: { ...process.env, CI: "true" }, stdio: ["ignore", "inherit", "inherit"] };
const passed = [];
const failed = [];

try {
  prepare();
  check("types", () => runTool("tsc", "-p", "tsconfig.json", "--noEmit"));
  check("lint", () => runTool("oxlint", "--type-aware"));
  check("format", () => runTool("oxfmt", "--check"));
  check("unused code", () => runTool("knip"));
  if (!onlyStatic) {
    check("build", build);
    runTests();
  }
} catch (error) {
  failed.push(error.message);
}

if (failed.length > 0) console.log(`\nFailed:\n${failed.map((name) => `  ${name}`).join("\n")}`);
console.log(`\n${passed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;

function prepare() {
  if (!installPackages(root)) throw new Error("installing the packages of package.json");
  if (!installPackages(join(root, "notebooks")))
    throw new Error("installing the packages of notebooks/package.json");
  if (onlyStatic) return;
  const missing = ensureSystemPackages();
  if (missing.length > 0) throw new Error(`system packages are missing. Run: ${howToInstall(missing)}`);
}

function check(name, succeeds) {
  console.log(`\n== ${name}`);
  const ok = succeeds();
  console.log(ok ? "ok" : "failed");
  (ok ? passed : failed).push(name);
}

function runTool(name, ...args) {
  return run(join(root, "node_modules", ".bin", name), args, unattended);
}

function runTests() {
  console.log("\n== tests");
  const folder = mkdtempSync(join(tmpdir(), "lightnix-test-"));
  try {
    const report = join(folder, "report.json");
    const ok = runTool(
      "vitest",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    );
    const failures = failed.length;
    countTests(report);
    // Errors outside of any test make vitest fail, too.
    if (!ok && failed.length === failures) failed.push("vitest");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countTests(report) {
  if (!existsSync(report)) return;
  for (const { name, status, assertionResults } of JSON.parse(readFileSync(report, "utf8")).testResults) {
    const file = name.slice(root.length);
    for (const { fullName, status: result } of assertionResults) {
      if (result === "passed") passed.push(fullName);
      else failed.push(`${file}: ${fullName}${result === "failed" ? "" : ` (${result})`}`);
    }
    // A file that could not be loaded, or whose hooks failed, without one test to show for it.
    if (status === "failed" && !assertionResults.some((one) => one.status === "failed")) failed.push(file);
  }
}
