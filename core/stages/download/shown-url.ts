/** An URL without the password that may be in it. */
export function shownUrl(url: URL): string {
  const bare = new URL(url);
  if (bare.password !== "") bare.password = "***";
  return bare.href;
}
