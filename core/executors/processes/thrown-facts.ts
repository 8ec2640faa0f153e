import { serialize } from "node:v8";
import { errorCode, LightnixError } from "../../errors.ts";
import { thrownText } from "../../thrown-text.ts";
import { BuildFault, type FaultCode } from "../build-fault.ts";

/** What is left of a thrown value on the way to another process. */
export type ThrownFacts =
  | {
      readonly kind: "error";
      readonly name: string;
      readonly message: string;
      readonly stack?: string | undefined;
      readonly code?: string | undefined;
      readonly data?: Readonly<Record<string, unknown>> | undefined;
      readonly cause?: ThrownFacts | undefined;
    }
  | { readonly kind: "value"; readonly value: unknown };

const DEEPEST = 8;

/** Takes down what was thrown. Of what cannot be sent, its text. */
export function thrownFacts(thrown: unknown, depth = 0): ThrownFacts {
  if (typeof thrown !== "object" || thrown === null || !("message" in thrown))
    return { kind: "value", value: sendable(thrown) ?? thrownText(thrown) };
  const { message, stack, data, cause } = thrown as Error & { data?: unknown };
  return {
    kind: "error",
    name: nameOf(thrown as Error),
    message: String(message),
    stack: typeof stack === "string" ? stack : undefined,
    code: errorCode(thrown),
    data: typeof data === "object" ? (sendable(data) as Record<string, unknown> | undefined) : undefined,
    cause: cause === undefined || depth === DEEPEST ? undefined : thrownFacts(cause, depth + 1),
  };
}

/** What was thrown, as far as it could be taken down. */
export function thrownFrom(facts: ThrownFacts): unknown {
  if (facts.kind === "value") return facts.value;
  const { name, message, stack, code, data } = facts;
  if (name === "BuildFault" && code !== undefined) return new BuildFault(code as FaultCode, message);
  const options = facts.cause === undefined ? {} : { cause: thrownFrom(facts.cause) };
  const isOurs = name === "LightnixError" && code !== undefined;
  const error = isOurs
    ? new LightnixError(code, message, { ...options, ...(data && { data }) })
    : Object.assign(new Error(message, options), code !== undefined && { code }, data && { data });
  const hidden = { configurable: true, writable: true, enumerable: false };
  if (error.name !== name) Object.defineProperty(error, "name", { ...hidden, value: name });
  if (stack !== undefined) Object.defineProperty(error, "stack", { ...hidden, value: stack });
  return error;
}

// A class that extends Error seldom sets a name of its own.
function nameOf({ name, constructor }: Error): string {
  if (name !== "Error" || typeof constructor !== "function" || constructor.name === "") return String(name);
  return constructor.name;
}

function sendable(value: unknown): unknown {
  try {
    serialize(value);
    return value;
  } catch {
    return undefined;
  }
}
