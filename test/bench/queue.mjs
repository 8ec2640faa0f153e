// A thousand cells sent at once: that none is lost, and what each takes.
import { NoFigure, cell } from "./client.mjs";

/** How many are sent at once. */
export const QUEUED = 1000;
const SILENCE_MS = 10_000;

/** Milliseconds a cell when a thousand are queued at once. Throws NoFigure when one is lost. */
export async function timeQueue({ client }) {
  const started = performance.now();
  let last = started;
  const counts = new Set();
  const one = async (n) => {
    const { status, execution_count: count } = await client.request("execute_request", cell(`${n} + 1`));
    last = performance.now();
    if (status === "ok") counts.add(count);
  };
  const all = Promise.all(Array.from({ length: QUEUED }, (_, n) => one(n)));
  await untilSilent(all, () => performance.now() - last > SILENCE_MS);
  if (counts.size !== QUEUED) throw new NoFigure(`ran ${counts.size} of ${QUEUED} queued cells`);
  return (last - started) / QUEUED;
}

async function untilSilent(all, isSilent) {
  let timer;
  const silence = new Promise((resolve) => {
    timer = setInterval(() => isSilent() && resolve(), 1000);
  });
  await Promise.race([all, silence]);
  clearInterval(timer);
  all.catch(() => undefined);
}
