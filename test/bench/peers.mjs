// The other kernels that the bench runs beside ours; installed by the bench only, into a folder that git ignores.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../out/peers", import.meta.url));
const main = fileURLToPath(new URL("../../dist/kernel/app/main.cjs", import.meta.url));

const lines = "for (let i = 0; i < 10_000; i++) console.log('line', i)";
// It begins as a PNG does; nobody decodes it.
const picture =
  "Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), require('crypto').randomBytes(20_000_000)])";

/** Ours first; a peer that cannot be had here is left out, and why is printed. */
export async function kernels() {
  const found = [
    {
      name: "lightnix",
      argv: [process.execPath, main, "{connection_file}"],
      typed: (n) => typedCell(n),
      unchecked: "%check off",
      loop: "while (true) {}",
      lines,
      picture: { load: `const picture = ${picture};`, show: "display(picture)" },
    },
  ];
  await installNpmPeers();
  const bin = join(folder, "node_modules/.bin");
  if (existsSync(join(bin, "tslab"))) {
    found.push({
      name: "tslab",
      argv: [join(bin, "tslab"), "kernel", "--config-path={connection_file}"],
      typed: (n) => typedCell(n),
      loop: "while (true) {}",
      lines,
      signal: true,
    });
  }
  if (existsSync(join(bin, "deno"))) {
    found.push({
      name: "deno",
      argv: [join(bin, "deno"), "jupyter", "--kernel", "--conn", "{connection_file}"],
      typed: (n) => typedCell(n),
      loop: "while (true) {}",
      lines,
    });
  }
  if (hasIpykernel()) {
    found.push({
      name: "ipykernel",
      argv: ["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
      typed: (n) =>
        n === 0 ? "v0 = {'n': 0, 'label': 'v0'}" : `v${n} = {'n': v${n - 1}['n'] + 1, 'label': 'v${n}'}`,
      loop: "while True: pass",
      lines: "for i in range(10_000): print('line', i)",
      picture: {
        load: "import os\nfrom IPython.display import display, Image\npicture = bytes([137, 80, 78, 71, 13, 10, 26, 10]) + os.urandom(20_000_000)",
        show: "display(Image(data=picture, format='png'))",
      },
      signal: true,
    });
  }
  return found;
}

function typedCell(n) {
  return n === 0
    ? "const v0 = { n: 0, label: 'v0' };"
    : `const v${n} = { ...v${n - 1}, n: v${n - 1}.n + 1, label: \`v${n}\` };`;
}

async function installNpmPeers() {
  if (existsSync(join(folder, "node_modules/.bin/deno"))) return;
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies: { deno: "2.9.6", tslab: "1.0.22" } }),
  );
  try {
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: folder,
      stdio: "ignore",
    });
  } catch (error) {
    console.log(`left out: tslab and Deno (npm could not install them: ${error.message})`);
  }
}

function hasIpykernel() {
  const works = () => {
    try {
      execFileSync("/usr/bin/python3", ["-c", "import ipykernel"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
  if (works()) return true;
  try {
    execFileSync("apt-get", ["install", "-y", "-qq", "python3-ipykernel"], { stdio: "ignore" });
  } catch {
    console.log("left out: ipykernel (install Debian's python3-ipykernel)");
  }
  return works();
}
