/** How much a line of the log matters. */
type LogLevel = "debug" | "info" | "warn" | "error";

/** Where a kernel tells what the client need not hear; it must not throw. */
export type Log = (level: LogLevel, message: string) => void;

/** A log that keeps nothing. */
export const silentLog: Log = () => {};
