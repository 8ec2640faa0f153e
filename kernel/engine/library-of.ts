/** The package that a file, or a line of a trace, is in; nothing for what is in none. */
export function libraryOf(file: string): string | undefined {
  return /.*[\\/]node_modules[\\/](?<name>(?:@[^\\/]+[\\/])?[^\\/]+)/u.exec(file)?.groups?.["name"];
}
