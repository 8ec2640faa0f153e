import childProcess, { ChildProcess } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import type { CapturedDescriptors } from "./descriptors.ts";
import { isPlainObject } from "./plain.ts";

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Gives child processes that inherit descriptor 2 the captured one; descriptor 1 is captured itself. `settle` is called before one
 * is run that is waited for: what was printed before has its place before what the child prints. Gives the way back.
 */
export function redirectInherited(captured: CapturedDescriptors, settle: () => void): () => void {
  const restore = [
    replace(ChildProcess.prototype, "spawn", (before) => {
      return function spawn(options, ...rest) {
        return Reflect.apply(before, this, [withCaptured(options, captured), ...rest]);
      };
    }),
    ...(["spawnSync", "execSync", "execFileSync"] as const).map((name) =>
      replace(childProcess, name, (before) => {
        return function waited(...args) {
          settle();
          return Reflect.apply(
            before,
            this,
            args.map((one) => (isPlainObject(one) ? withCaptured(one, captured) : one)),
          );
        };
      }),
    ),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const back of restore) back();
    syncBuiltinESMExports();
  };
}

function withCaptured(options: unknown, { childStderr, isStderrGiven }: CapturedDescriptors): unknown {
  if (typeof options !== "object" || options === null || !("stdio" in options)) return options;
  const { stdio } = options;
  Atomics.store(isStderrGiven, 0, 1);
  if (stdio === "inherit") return { ...options, stdio: ["inherit", "inherit", childStderr] };
  if (!Array.isArray(stdio)) return options;
  const mapped = stdio.map((one: unknown, index) => (isStderr(one, index) ? childStderr : one));
  return { ...options, stdio: mapped };
}

function isStderr(entry: unknown, index: number): boolean {
  return entry === 2 || entry === process.stderr || (entry === "inherit" && index === 2);
}

// oxlint-disable-next-line max-params -- the object, its method, what takes its place
function replace<Name extends string>(
  object: object,
  name: Name,
  make: (before: Method) => Method,
): () => void {
  const before = Reflect.get(object, name) as Method;
  const after = make(before);
  Object.defineProperty(after, "name", { value: name });
  Reflect.set(object, name, after);
  return () => void Reflect.set(object, name, before);
}
