// What the store is measured beside: joblib, Nix, OpenSSL. Installed by the bench only, from Debian.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { time } from "../measure.mjs";

// Kept between runs, as building thousands of derivations takes Nix minutes.
const nixFolder = fileURLToPath(new URL("../../out/nix", import.meta.url));

const joblibProgram = `
import sys, time
from joblib import Memory
memory = Memory(sys.argv[1], verbose=0)
count = int(sys.argv[2])

@memory.cache
def link(index, last):
    return (last or "") + "x" if index % 50 else str(index)

def chain():
    last = None
    for index in range(count):
        last = link(index, last)

chain()
times = []
for _ in range(7):
    started = time.perf_counter()
    chain()
    times.append(time.perf_counter() - started)
print(sorted(times)[3] * 1000)
`;

/** The median time of so many cached calls of joblib.Memory in one process; undefined where it is not to be had. */
export function joblibMs(folder, count) {
  if (!has(["/usr/bin/python3", "-c", "import joblib"], "python3-joblib")) return undefined;
  const program = join(folder, "cached_chain.py");
  writeFileSync(program, joblibProgram);
  return Number(output(["/usr/bin/python3", program, join(folder, "joblib"), String(count)]));
}

/** The median time of `nix-build` on a chain of so many derivations that are built already. */
export async function nixBuildMs(length) {
  if (!has(["nix-build", "--version"], "nix-bin")) return undefined;
  const expression = join(nixFolder, `chain-${length}.nix`);
  const env = nixEnvironment();
  const build = () => output(["nix-build", "--no-out-link", expression], { env });
  if (!existsSync(expression)) {
    writeFileSync(expression, nixChain(length));
    console.log(`(Nix builds its chain of ${length} derivations; that takes minutes, once)`);
    try {
      build();
    } catch (error) {
      rmSync(expression);
      console.log(`left out: nix-build (${error.message.split("\n", 1)[0]})`);
      return undefined;
    }
  }
  return time(build, { rounds: 5 });
}

/** MB/s of `openssl speed sha256` at 1 MiB blocks, by the clock; undefined where openssl is missing. */
export function opensslSpeed() {
  try {
    const options = ["-elapsed", "-seconds", "2", "-bytes", String(1024 * 1024), "-evp", "sha256"];
    const text = output(["openssl", "speed", ...options]);
    return Number(/([\d.]+)k\s*$/m.exec(text)?.[1]) / 1000 || undefined;
  } catch {
    return undefined;
  }
}

/** A store of its own, without a daemon, substituters and sandbox. */
function nixEnvironment() {
  const place = (name) => join(nixFolder, name);
  mkdirSync(place("conf"), { recursive: true });
  writeFileSync(place("conf/nix.conf"), "sandbox = false\nsubstituters =\nbuild-users-group =\n");
  return {
    ...process.env,
    NIX_REMOTE: "local",
    NIX_STORE_DIR: place("store"),
    NIX_STATE_DIR: place("state"),
    NIX_LOG_DIR: place("log"),
    NIX_CONF_DIR: place("conf"),
  };
}

function nixChain(length) {
  return `builtins.foldl' (last: index: derivation {
  name = "link-\${toString index}";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  args = [ "-c" "echo \${toString index} > $out" ];
  inherit last;
}) "" (builtins.genList (index: index) ${length})
`;
}

function has(command, debianPackage) {
  const works = () => {
    try {
      output(command);
      return true;
    } catch {
      return false;
    }
  };
  if (works()) return true;
  try {
    output(["apt-get", "install", "-y", "-qq", "--no-install-recommends", debianPackage]);
  } catch {
    console.log(`left out: install Debian's ${debianPackage} to have it beside`);
  }
  return works();
}

function output([command, ...args], options = {}) {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], ...options });
}
