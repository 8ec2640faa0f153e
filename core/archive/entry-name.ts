/** The first entry of an archive. It says what the archive is. */
export const MARKER_ENTRY = "lightnix-archive.json";
/** What `MARKER_ENTRY` contains. */
export const MARKER_TEXT: string = JSON.stringify({ format: "lightnix archive", version: 1 });
/** The folder under which everything else is, so that plain `tar` unpacks an archive to what a store looks like. */
export const OBJECTS_FOLDER = "store-v1";
/** The folder of the texts of code. */
export const SOURCES_FOLDER = "sources";

/**
 * A path or the target of a link, as archives have it. Control characters are percent-encoded, as an extended header is a text
 * of lines; and so is the percent sign.
 */
export function entryName(path: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what this is about
  return path.replaceAll(/[%\u0000-\u001F\u007F]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase();
    return `%${code.padStart(2, "0")}`;
  });
}

/** What `entryName` was made from; undefined when it cannot have been made by it. */
export function pathOfEntryName(name: string): string | undefined {
  const path = name.replaceAll(/%([0-7][0-9A-F])/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return entryName(path) === name ? path : undefined;
}
