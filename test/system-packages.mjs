// The real Jupyter clients that tests drive the kernel with. They come from Debian, not from npm.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const python = "/usr/bin/python3";

/** Debian's packages, and how to see that each is there. */
const packages = [
  { name: "python3-jupyter-client", module: "jupyter_client" },
  { name: "python3-jupyter-kernel-test", module: "jupyter_kernel_test" },
  { name: "python3-ipykernel", module: "ipykernel" },
  { name: "python3-nbclient", module: "nbclient" },
  { name: "jupyter-nbconvert", module: "nbconvert" },
  { name: "jupyter-notebook", module: "notebook" },
  { name: "chromium", file: "/usr/bin/chromium" },
];

/** Installs what is missing where that is possible; gives the names of what is still missing. */
export function ensureSystemPackages() {
  const missing = missingPackages();
  if (missing.length > 0 && canInstall()) installFromDebian(missing);
  return missingPackages();
}

function installFromDebian(names) {
  console.log(`Installing ${names.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) => spawnSync("apt-get", ["-y", "-q", ...args], { env, stdio: "inherit" });
  apt("update");
  apt("install", "--no-install-recommends", ...names);
}

/** What to do about packages that are missing. */
export function howToInstall(missing) {
  return existsSync("/usr/bin/apt-get")
    ? `sudo apt-get install --no-install-recommends ${missing.join(" ")}`
    : `Install what Debian calls ${missing.join(", ")}: the Python packages for ${python}, and Chromium as /usr/bin/chromium`;
}

function missingPackages() {
  return packages.filter((one) => !isThere(one)).map(({ name }) => name);
}

function isThere({ module, file }) {
  return file
    ? existsSync(file)
    : spawnSync(python, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0;
}

function canInstall() {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}
