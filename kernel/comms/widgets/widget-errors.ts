import { CommError } from "../errors.ts";

/** Says that a page asks for something that nobody here knows. */
export function unknownMethod(whose: string, method: unknown): CommError {
  return new CommError(
    "unknown-method",
    `Cannot take a message of ${whose}: the method ${JSON.stringify(method)} is unknown`,
  );
}

/** Says that a widget is set that this side has closed. */
export function closedWidget(id: string): CommError {
  return new CommError("comm-closed", `Cannot set the state of widget "${id}": it is closed`);
}
