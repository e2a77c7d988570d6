/** Every value the `cookie` header gives a name (RFC 6265 §5.4), in order and undecoded. */
export function cookieValues(request: Request, name: string): string[] {
  const header = request.headers.get("cookie");
  const values: string[] = [];
  if (header === null || !header.includes(name)) return values;
  for (let start = 0; start < header.length;) {
    const semicolon = header.indexOf(";", start);
    const end = semicolon === -1 ? header.length : semicolon;
    const equals = header.indexOf("=", start);
    if (equals > start && equals < end && withoutSpace(header.slice(start, equals)) === name) {
      values.push(withoutSpace(header.slice(equals + 1, end)));
    }
    start = end + 1;
  }
  return values;
}

/**
 * Space and tab only, as browsers have it (RFC 6265bis §5.6). `trim` takes a no-break space for white space too, by which
 * a cookie that a sibling domain may set would stand for one whose name begins with `__Host-`, which it may not.
 */
function withoutSpace(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09;
