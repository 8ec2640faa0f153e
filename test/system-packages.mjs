// The real Jupyter clients that tests drive the kernel with. They come from Debian and PyPI, not from npm.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const python = "/usr/bin/python3";

/** Where the packages of PyPI lie that are only for tests; test/support/jupyter.ts finds them there. */
const pythonFolder = fileURLToPath(new URL("../node_modules/.cache/python", import.meta.url));

/** Debian's packages, and how to see that each is there. */
const packages = [
  { name: "python3-jupyter-client", module: "jupyter_client" },
  { name: "python3-jupyter-kernel-test", module: "jupyter_kernel_test" },
  { name: "python3-ipykernel", module: "ipykernel" },
  { name: "python3-nbclient", module: "nbclient" },
  { name: "jupyter-nbconvert", module: "nbconvert" },
  { name: "jupyter-notebook", module: "notebook" },
  { name: "python3-pip", module: "pip" },
  { name: "chromium", file: "/usr/bin/chromium" },
];

/** The classic notebook's side of widgets. Debian's speaks version 1 of their protocol, and anywidget wants version 2. */
const fromPyPI = [
  {
    name: "widgetsnbextension~=4.0",
    file: join(pythonFolder, "share/jupyter/nbextensions/jupyter-js-widgets"),
  },
];

/** Installs what is missing where that is possible; gives the names of what is still missing. */
export function ensureSystemPackages() {
  const missing = missingOf(packages);
  if (missing.length > 0 && canInstall()) installFromDebian(missing);
  return missingOf(packages);
}

/** Installs what is missing of PyPI's packages; says what to do when that was not possible. */
export function ensurePythonPackages() {
  const missing = missingOf(fromPyPI);
  if (missing.length === 0) return undefined;
  console.log(`Installing ${missing.join(" ")} into ${pythonFolder}`);
  spawnSync(python, pipArguments(missing), { stdio: "inherit" });
  return missingOf(fromPyPI).length === 0 ? undefined : [python, ...pipArguments(missing)].join(" ");
}

function installFromDebian(names) {
  console.log(`Installing ${names.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) => spawnSync("apt-get", ["-y", "-q", ...args], { env, stdio: "inherit" });
  apt("update");
  apt("install", "--no-install-recommends", ...names);
}

function pipArguments(names) {
  const options = ["--quiet", "--no-deps", "--root-user-action=ignore", "--target", pythonFolder];
  return ["-m", "pip", "install", ...options, ...names];
}

/** What to do about packages that are missing. */
export function howToInstall(missing) {
  return existsSync("/usr/bin/apt-get")
    ? `sudo apt-get install --no-install-recommends ${missing.join(" ")}`
    : `Install what Debian calls ${missing.join(", ")}: the Python packages for ${python}, and Chromium as /usr/bin/chromium`;
}

function missingOf(list) {
  return list.filter((one) => !isThere(one)).map(({ name }) => name);
}

function isThere({ module, file }) {
  return file
    ? existsSync(file)
    : spawnSync(python, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0;
}

function canInstall() {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}
