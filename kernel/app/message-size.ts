import type { Display } from "../session/evaluator.ts";
import type { ToWorker } from "./port.ts";

// Nobody walks through a specification of a plot to know its size.
const objectBytes = 100_000;

/** About how many bytes a message takes: what counts is the content of bundles and the bytes beside them. */
export function sizeOf(message: ToWorker): number {
  const display = shownBy(message);
  if (display === undefined) return 0;
  const { data, buffers = [] } = display;
  let size = 0;
  for (const value of Object.values(data)) size += typeof value === "string" ? value.length : objectBytes;
  for (const buffer of buffers) size += buffer.byteLength;
  return size;
}

function shownBy(message: ToWorker): Display | undefined {
  if (message.type === "executed") return message.result;
  return message.type === "output" && "display" in message.call ? message.call.display : undefined;
}
