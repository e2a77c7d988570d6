export interface Target {
  readonly pathname: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
}

/** Splits a Request's address, which the URL parser has already made canonical, without parsing it again. */
export function splitTarget(url: string): Target {
  const hash = url.indexOf("#");
  const whole = hash === -1 ? url : url.slice(0, hash);
  const start = whole.indexOf("/", whole.indexOf("//") + 2);
  const mark = whole.indexOf("?", start);
  return mark === -1
    ? { pathname: whole.slice(start), query: "" }
    : { pathname: whole.slice(start, mark), query: whole.slice(mark + 1) };
}
