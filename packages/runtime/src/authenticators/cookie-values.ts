/** Every value the `cookie` header gives a name (RFC 6265 §5.4), in order and undecoded. */
export function cookieValues(request: Request, name: string): string[] {
  const header = request.headers.get("cookie");
  const values: string[] = [];
  if (header === null || !header.includes(name)) return values;
  for (let start = 0; start < header.length;) {
    const semicolon = header.indexOf(";", start);
    const end = semicolon === -1 ? header.length : semicolon;
    const equals = header.indexOf("=", start);
    if (equals > start && equals < end && header.slice(start, equals).trim() === name) {
      values.push(header.slice(equals + 1, end).trim());
    }
    start = end + 1;
  }
  return values;
}
