import { isJsonObject, type JsonObject } from "../wire/json.ts";
import type { RequestContents } from "../wire/messages.ts";
import { SessionError } from "./errors.ts";

/** The names of the fields of one type of request; of each of its forms, where it has several. */
type FieldOf<Content> = Content extends unknown ? keyof Content & string : never;

/** Reads the fields of a request's content. A field that is null counts as left out. */
export class Fields<Type extends keyof RequestContents> {
  readonly #type: string;
  readonly #content: JsonObject;

  /** @param type the type of the message, for errors */
  constructor(type: Type, content: JsonObject) {
    this.#type = type;
    this.#content = content;
  }

  /** Text; throws a SessionError `malformed-request` when it is left out and there is no fallback. */
  text(name: FieldOf<RequestContents[Type]>, fallback?: string): string {
    const value = this.#content[name] ?? fallback;
    return typeof value === "string" ? value : this.#refuse(name, "text");
  }

  /** Text that may be left out. */
  optionalText(name: FieldOf<RequestContents[Type]>): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  /** True or false. */
  flag(name: FieldOf<RequestContents[Type]>, fallback: boolean): boolean {
    const value = this.#content[name] ?? fallback;
    return typeof value === "boolean" ? value : this.#refuse(name, "true or false");
  }

  /** A whole number. */
  integer(name: FieldOf<RequestContents[Type]>, fallback: number): number {
    const value = this.#content[name] ?? fallback;
    return typeof value === "number" && Number.isInteger(value)
      ? value
      : this.#refuse(name, "a whole number");
  }

  /** A whole number that may be left out. */
  optionalInteger(name: FieldOf<RequestContents[Type]>): number | undefined {
    return this.has(name) ? this.integer(name, 0) : undefined;
  }

  /** An object; empty when left out. */
  object(name: FieldOf<RequestContents[Type]>): JsonObject {
    const value = this.#content[name] ?? {};
    return isJsonObject(value) ? value : this.#refuse(name, "an object");
  }

  /** An object of texts; empty when left out. */
  texts(name: FieldOf<RequestContents[Type]>): Readonly<Record<string, string>> {
    const entries = Object.entries(this.object(name)).map(([key, value]): [string, string] => [
      key,
      typeof value === "string" ? value : this.#refuse(`${name}.${key}`, "text"),
    ]);
    return Object.fromEntries(entries);
  }

  /** Whether a field is there. */
  has(name: FieldOf<RequestContents[Type]>): boolean {
    return this.#content[name] !== undefined && this.#content[name] !== null;
  }

  #refuse(name: string, wanted: string): never {
    const value = JSON.stringify(this.#content[name]) ?? "left out";
    const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
    throw new SessionError(
      "malformed-request",
      `Cannot answer ${this.#type}: field "${name}" must be ${wanted}, and is ${shown}.`,
    );
  }
}
