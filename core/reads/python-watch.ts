import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ifThere } from "../store/if-there.ts";

const LOG_NAME = "reads";
const MOST = 2_000;

/*
 * Python imports a module of this name when it starts, and tells its audit hooks of each file that is opened (PEP 578), before anybody can open one. It then imports the one that it
 * would have imported. A log is opened for each line: a program may close all descriptors, and another file could have ours by then.
 */
const MODULE = `import os
import sys


def _watch():
    here = os.path.dirname(os.path.abspath(__file__))
    log = os.path.join(here, "${LOG_NAME}")
    spared = tuple(
        os.path.join(one, "")
        for one in {here, "/proc", "/sys", "/dev", sys.prefix, sys.base_prefix, sys.exec_prefix}
        if len(one) > 1
    )
    seen = {log}
    only_written = os.O_WRONLY
    access = os.O_RDONLY | os.O_WRONLY | os.O_RDWR

    def note(event, args):
        if event != "open":
            return
        try:
            path, mode, flags = args
            if isinstance(path, int) or path is None or path in seen or len(seen) > ${MOST}:
                return
            if isinstance(mode, str) and "r" not in mode and "+" not in mode:
                return
            if mode is None and flags & access == only_written:
                return
            full = os.path.abspath(os.fsdecode(path))
            if full in seen or full.startswith(spared):
                return
            seen.add(full)
            line = (full + "\\0").encode("utf-8", "surrogateescape")
            file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line)
            finally:
                os.close(file)
        except Exception:
            pass

    sys.addaudithook(note)
    sys.path[:] = [one for one in sys.path if os.path.abspath(one) != here]


def _import_other():
    ours = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize
    except ImportError:
        sys.modules["sitecustomize"] = ours


if hasattr(sys, "addaudithook"):
    _watch()
    _import_other()
`;

/** Makes Python programs that are started with {@link pythonEnvironment} tell what they open. Returns the file that it will be in. */
export function watchPython(folder: string): string {
  writeFileSync(join(folder, "sitecustomize.py"), MODULE);
  return join(folder, LOG_NAME);
}

/** The environment of a program that is to be watched if it is, or starts, Python. */
export function pythonEnvironment(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const { PYTHONPATH: path } = env;
  return { PYTHONPATH: path === undefined || path === "" ? folder : `${folder}${delimiter}${path}` };
}

/** The absolute paths of the files that Python programs opened to read; of compiled modules, those of what they were compiled from. */
export function pythonReads(log: string): string[] {
  const text = ifThere(() => readFileSync(log, "utf8")) ?? "";
  return text
    .split("\0")
    .filter((path) => path !== "")
    .map((path) => path.replace(/__pycache__[/\\]([^/\\.]+)\.[^/\\]*\.pyc$/u, "$1.py"));
}
