import type { Debugger } from "node:inspector";
import type { Script } from "./scripts.ts";
import type { Target } from "./target.ts";

/** A place of a source as typed, from 1. */
export interface Typed {
  readonly line: number;
  readonly column: number;
}

/** A place where V8 can pause, and where that was typed. */
export interface Place {
  readonly typed: Typed;
  readonly location: Debugger.Location;
  /** Whether a function ends there. */
  readonly isReturn: boolean;
}

/** Where positions of scripts were typed; nothing for what nobody typed. */
export async function typedPlaces(
  script: Script,
  locations: readonly Debugger.Location[],
  target: Target,
): Promise<(Typed | undefined)[]> {
  const positions = locations.map(({ lineNumber, columnNumber = 0 }) => ({
    line: lineNumber + 1,
    column: columnNumber + 1,
  }));
  const isOutside = locations.map(
    ({ lineNumber, columnNumber = 0 }) => lineNumber >= script.endLine || columnNumber < 0,
  );
  if (!script.isRewritten) return positions;
  const flat = await target.ask(
    "typed",
    script.url,
    positions.flatMap(({ line, column }) => [line, column]),
  );
  return positions.map((_, index) => {
    const [line = 0, column = 0] = [flat[2 * index], flat[2 * index + 1]];
    return line === 0 || isOutside[index] === true ? undefined : { line, column };
  });
}

/** All places of a script where V8 can pause. Nothing is run to find them. */
export async function findPlaces(script: Script, target: Target): Promise<Place[]> {
  const { locations } = await target.post<Debugger.GetPossibleBreakpointsReturnType>(
    "Debugger.getPossibleBreakpoints",
    { start: { scriptId: script.id, lineNumber: 0 } },
  );
  const typed = await typedPlaces(script, locations, target);
  return locations.flatMap((location, index) => {
    const { scriptId, lineNumber, columnNumber = 0 } = location;
    const at = typed[index];
    return at === undefined
      ? []
      : [
          {
            typed: at,
            location: { scriptId, lineNumber, columnNumber },
            isReturn: location.type === "return",
          },
        ];
  });
}

/**
 * The place to pause at for a line (and a column): the first one of the nearest line from there on that has any. With
 * `isExact`, no other line will do.
 */
export function choosePlace(
  places: readonly Place[],
  { line, column = 1 }: { readonly line: number; readonly column?: number },
  isExact: boolean,
): Place | undefined {
  let best: Place | undefined;
  for (const place of places) {
    const { typed } = place;
    if (isExact ? typed.line !== line : typed.line < line) continue;
    if (typed.line === line && typed.column < column) continue;
    if (best === undefined || isBefore(place, best)) best = place;
  }
  // Behind the last place of the line, that line is still the one that is meant.
  return best?.typed.line !== line && column > 1 ? (choosePlace(places, { line }, isExact) ?? best) : best;
}

// On one line, what runs comes before what only returns.
function isBefore(one: Place, other: Place): boolean {
  if (one.typed.line !== other.typed.line) return one.typed.line < other.typed.line;
  if (one.isReturn !== other.isReturn) return other.isReturn;
  return one.typed.column < other.typed.column;
}
