const tasks = new Set<() => void>();

/**
 * Runs a synchronous task when the process ends by itself, whatever it throws; the last one first. Returns how to take it back.
 */
export function atExit(task: () => void): () => void {
  // One listener for all, because Node warns of more than ten.
  if (tasks.size === 0) process.once("exit", runAll);
  tasks.add(task);
  return () => {
    tasks.delete(task);
    if (tasks.size === 0) process.removeListener("exit", runAll);
  };
}

function runAll(): void {
  for (const task of [...tasks].toReversed()) {
    try {
      task();
    } catch {
      // The process ends. Whoever comes next finds out that it is gone, and sweeps.
    }
  }
}
