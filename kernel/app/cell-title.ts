/** What tracebacks and diagnostics call the cell with this execution count. */
export function cellTitle(executionCount: number): string {
  return `[${executionCount}]`;
}
