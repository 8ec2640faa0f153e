import type { Connection } from "./connection.ts";
import type { Arguments } from "./protocol.ts";

/** What a response carries, if anything. */
export type Body = Readonly<Record<string, unknown>> | undefined;

/** What answers requests, by their commands. @throws DebugError what is wrong with the request */
export type Requests = ReadonlyMap<
  string,
  (connection: Connection, given: Arguments) => Promise<Body> | Body
>;
