import { errorCode } from "../errors.ts";
import type { Json, JsonObject } from "../config.ts";
import type { FailedEvent, RealizeEvent } from "./events.ts";

/** An error as JSON. */
export interface ErrorFacts {
  /** The name of its class. */
  readonly name: string;
  readonly message: string;
  /** What is wrong, in one stable word, if it has one. */
  readonly code?: string;
  readonly stack?: string;
  /** The facts that it carries, as far as they are JSON. */
  readonly data?: JsonObject;
  /** What it came from. */
  readonly cause?: ErrorFacts;
}

/** An event as JSON: the same fields, with an error's facts in the place of the error. */
export type RealizeEventJson =
  | Exclude<RealizeEvent, FailedEvent>
  | (Omit<FailedEvent, "error"> & { readonly error: ErrorFacts });

const MOST_CAUSES = 8;

/**
 * An event as JSON, for a line of a log or another process. What is shown (`display`) comes without what JSON cannot hold.
 *
 * @example
 * ```ts
 * realize$(model).subscribe((event) => process.stdout.write(`${JSON.stringify(eventToJson(event))}\n`));
 * ```
 */
export function eventToJson(event: RealizeEvent): RealizeEventJson {
  if (event.type === "failed") return { ...event, error: errorFacts(event.error, MOST_CAUSES) };
  if (event.type === "display") return { ...event, bundle: (asJson(event.bundle) ?? {}) as JsonObject };
  return event;
}

function errorFacts(error: unknown, causes: number): ErrorFacts {
  if (typeof error !== "object" || error === null || !("message" in error))
    return { name: typeof error, message: String(error) };
  const { name, message, stack, cause, data } = error as Error & { data?: unknown };
  const code = errorCode(error);
  const facts = asJson(data);
  return {
    name: String(name),
    message: String(message),
    ...(code !== undefined && { code }),
    ...(typeof stack === "string" && { stack }),
    ...(typeof facts === "object" && facts !== null && { data: facts as JsonObject }),
    ...(cause !== undefined && causes > 0 && { cause: errorFacts(cause, causes - 1) }),
  };
}

/** As much of a value as is JSON; undefined when that is nothing. Errors inside become their facts. */
function asJson(value: unknown): Json | undefined {
  try {
    const text = JSON.stringify(value, (_key, inner: unknown) => {
      if (inner instanceof Error) return errorFacts(inner, 0);
      return typeof inner === "bigint" ? String(inner) : inner;
    });
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  } catch {
    // It goes round in circles, or refuses.
    return undefined;
  }
}
