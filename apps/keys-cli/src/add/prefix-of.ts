/** The longest folder all paths share, up to the first parameter. */
export function prefixOf(paths: readonly string[]): string {
  const [first = [], ...rest] = paths.map((path) => path.split("/"));
  const shared = first.findIndex((part, index) => part.startsWith(":") || rest.some((other) => other[index] !== part));
  return (shared === -1 ? first : first.slice(0, shared)).join("/") || "/";
}
