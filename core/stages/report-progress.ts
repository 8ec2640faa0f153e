import type { Build } from "../stage/build.ts";

const INTERVAL_MS = 100;

/** Reports bytes as the progress of a build, but not more often than anybody can look. */
export function progressReporter(
  build: Pick<Build, "progress">,
  message: string,
): (current: number, total: number | undefined) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (current, total) => {
    const now = performance.now();
    if (now - last < INTERVAL_MS && current !== total) return;
    last = now;
    build.progress({ current, total, message, unit: "bytes" });
  };
}
