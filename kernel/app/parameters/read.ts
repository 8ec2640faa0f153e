import { readFile } from "node:fs/promises";
import { isJsonObject, messageOf } from "../../wire/json.ts";
import type { JsonObject } from "../../wire/json.ts";
import { AppError } from "../errors.ts";

/** Where parameters come from on the command line; what comes last here counts most. */
export interface ParameterSources {
  /** A JSON object as text. */
  readonly json?: string | undefined;
  /** The path of a file with a JSON object. */
  readonly file?: string | undefined;
  /** By their names; a value that is no JSON is a string. */
  readonly values?: Readonly<Record<string, string>> | undefined;
}

/**
 * Reads the parameters of a run; nothing when none are given.
 *
 * @throws {AppError} `unreadable-parameters` for a file or text that holds no JSON object
 */
export async function readParameters(sources: ParameterSources): Promise<JsonObject | undefined> {
  const { json, file, values } = sources;
  if (json === undefined && file === undefined && values === undefined) return undefined;
  return {
    ...(json === undefined ? {} : parameters(json, json)),
    ...(file === undefined ? {} : parameters(await contentOf(file), file)),
    ...Object.fromEntries(Object.entries(values ?? {}).map(([name, text]) => [name, valueOf(text)])),
  };
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw unreadable(file, messageOf(cause), cause);
  }
}

function parameters(text: string, from: string): JsonObject {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw unreadable(from, messageOf(cause), cause);
  }
  if (!isJsonObject(content)) throw unreadable(from, "it is no JSON object of names and values");
  return content;
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unreadable(from: string, why: string, cause?: unknown): AppError {
  return new AppError(
    "unreadable-parameters",
    `Cannot read the parameters "${from}": ${why}`,
    { from },
    { cause },
  );
}
