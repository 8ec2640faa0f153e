// A thousand cells sent at once: that none is lost, and what each takes.
const CELLS = 1000;

/** Milliseconds a cell when a thousand are queued at once. */
export async function measureQueue({ client }, kernel) {
  const started = performance.now();
  const replies = await Promise.all(
    Array.from({ length: CELLS }, (_, n) =>
      client.request("execute_request", {
        code: `${n} + 1`,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: true,
      }),
    ),
  );
  const took = performance.now() - started;
  const counts = new Set(replies.map(({ execution_count: count }) => count));
  if (counts.size !== CELLS || replies.some(({ status }) => status !== "ok"))
    console.log(`${kernel.name} lost some of ${CELLS} queued cells`);
  return { [`a cell of ${CELLS} queued at once`]: took / CELLS };
}
