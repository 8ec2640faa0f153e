import type { ToWorker } from "./port.ts";

/** About how many bytes a message takes: what counts is the texts of bundles and the bytes beside them. */
export function sizeOf(message: ToWorker): number {
  if (message.type !== "output" || !("display" in message.call)) return 0;
  const { data, buffers = [] } = message.call.display;
  let size = 0;
  for (const value of Object.values(data)) if (typeof value === "string") size += value.length;
  for (const buffer of buffers) size += buffer.byteLength;
  return size;
}
