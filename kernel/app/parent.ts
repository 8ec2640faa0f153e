const intervalMs = 1000;

/**
 * Calls `gone` when the process that started the kernel no longer exists; nothing when it is not known which one that is.
 *
 * @param pid what jupyter_client names in JPY_PARENT_PID
 */
export function watchParent(pid: string | undefined, gone: () => void): void {
  const parent = Number(pid);
  if (!Number.isInteger(parent) || parent <= 1) return;
  const timer = setInterval(() => {
    if (isAlive(parent)) return;
    clearInterval(timer);
    gone();
  }, intervalMs);
  timer.unref();
}

/** Whether there is a process of this number, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists all the same.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
