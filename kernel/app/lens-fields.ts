import { nearest } from "../../core/nearest.ts";
import { scan, scanStart } from "../../magics/scan.ts";

/**
 * What TypeScript says of a field that a lens does not have, with the names of those that it has in the place of its type, and the
 * nearest of them. Any other message is left as it is.
 */
export function withLensFields(message: string): string {
  const [, property = "", config, meant] = unknownField.exec(message) ?? [];
  if (config === undefined) return message;
  const names = fieldsOf(config);
  if (promised.every((name) => names.includes(name)))
    return `Property '${property}' does not exist on this lens: what the config has there is a promise. Await it where it is made: const data = await fetchLocal({ ... })`;
  const near = meant ?? nearest(property, names);
  const advice = near === undefined ? "" : ` Did you mean '${near}'?`;
  return `Property '${property}' does not exist on this lens, whose fields are ${names.join(", ")}.${advice}`;
}

const promised = ["then", "catch", "finally"];

const unknownField =
  /^Property '([^']+)' does not exist on type '(?:Stage|Value)Lens<\{ ([^]*)> & FieldLenses<[^]*'\.(?: Did you mean '([^']+)'\?)?$/u;

// Of `n: number; readonly "a-b"?: { c: number; }; ... 3 more ...; }`: n, "a-b", 3 more.
function fieldsOf(members: string): string[] {
  const names: string[] = [];
  let start = 0;
  scan(members, scanStart, (offset, place, depth) => {
    if (place !== "code" || depth > 0 || members[offset] !== ";") return;
    const member = members.slice(start, offset).trim();
    const [, more, name] =
      /^(?:\.\.\. (\d+ more) \.\.\.|(?:readonly )?("[^"]*"|[^\s"?:]+)\??:)/u.exec(member) ?? [];
    names.push(...[more ?? name].filter((one) => one !== undefined));
    start = offset + 1;
  });
  return names;
}
