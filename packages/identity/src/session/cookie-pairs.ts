/**
 * The `name=value` pairs of a cookie header, without the space and tab around them (RFC 6265bis §5.6). `trim` takes a
 * no-break space for white space too, by which a cookie that a sibling domain may set would stand for one whose name
 * begins with `__Host-`, which it may not.
 */
export function cookiePairs(header: string | null): readonly string[] {
  return (header ?? "").split(";").map((pair) => {
    let [start, end] = [0, pair.length];
    while (start < end && isSpace(pair.charCodeAt(start))) start++;
    while (end > start && isSpace(pair.charCodeAt(end - 1))) end--;
    return pair.slice(start, end);
  });
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09;
