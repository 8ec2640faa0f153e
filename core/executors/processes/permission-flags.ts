/**
 * The flags of Node's permission model (nodejs.org/api/permissions.html) for a process that reads what it likes and writes only into
 * some folders, which are there. It starts no processes and no threads, for these would be under no restriction, and loads no
 * native code.
 */
export function permissionFlags(folders: readonly string[]): string[] {
  const knows = (flag: string): boolean => process.allowedNodeEnvironmentFlags.has(flag);
  return [
    // Node 20 has it under its first name, and warns of it in each process.
    ...(knows("--permission")
      ? ["--permission"]
      : ["--experimental-permission", "--disable-warning=ExperimentalWarning"]),
    "--allow-fs-read=*",
    ...folders.map((folder) => `--allow-fs-write=${folder}/*`),
    ...(knows("--allow-net") ? ["--allow-net"] : []),
  ];
}
