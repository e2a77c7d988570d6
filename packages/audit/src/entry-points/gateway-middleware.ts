import { exportedValue, moduleValue } from "../interpret/module-value.ts";
import type { Machine } from "../interpret/machine.ts";
import { callsOf } from "../knowledge/databases/chain.ts";
import type { ProjectFile } from "../project.ts";
import { Facts } from "../values/facts.ts";
import type { Place, Value } from "../values/value.ts";
import { REQUEST } from "./follow-handler.ts";

const MAX_PATTERN = 400;

/** `middleware.ts` or `proxy.ts` of Next.js that applies to a file: the one in the nearest folder above. */
export function middlewareFor(files: ReadonlyMap<string, ProjectFile>, path: string): ProjectFile | null {
  const parts = path.split("/");
  for (let at = parts.length - 1; at >= 0; at--) {
    const folder = parts.slice(0, at).join("/");
    for (const name of [
      "middleware.ts",
      "middleware.js",
      "proxy.ts",
      "proxy.js",
      "src/middleware.ts",
      "src/middleware.js",
      "src/proxy.ts",
    ]) {
      const file = files.get(folder === "" ? name : `${folder}/${name}`);
      if (file !== undefined) return file;
    }
  }
  return null;
}

/** What is known of a request that this middleware let through to the path. */
export function learnFromMiddleware(machine: Machine, file: ProjectFile, path: string): void {
  const place: Place = { file: file.path, node: file.syntax.program };
  if (!applies(machine, file, path)) return;
  const exportedName = ["middleware", "proxy", "default"].find((name) => file.module.exports.has(name));
  if (exportedName === undefined) return;
  const value = exportedValue(machine, file.path, exportedName);
  if (value === null) return;
  machine.pathname = path;
  const facts = factsAtNext(machine, value, place);
  machine.pathname = null;
  if (facts !== null) machine.assume(facts);
}

function factsAtNext(machine: Machine, value: Value, place: Place): Facts | null {
  if (value.k === "foreign" && /next-auth\/middleware/.test(value.from))
    return Facts.none.with("auth", { sure: true, place, why: "the middleware turns callers without a session away" });
  const fn = functionOf(value);
  if (fn === null) {
    const text = machine.project.file(place.file)?.text ?? "";
    if (/withAuth|next-auth\/middleware|authMiddleware/.test(text))
      return Facts.none.with("auth", { sure: false, place, why: "the middleware is taken for a check by its name" });
    return Facts.none.with("opaque:auth", { sure: false, place, why: "the middleware is not understood" });
  }
  const { state: before, recording } = machine;
  machine.recording = false;
  const clerk: Value = { k: "foreign", from: "@clerk/nextjs/server", name: "auth", origin: "package" };
  const first = fn.node.params[0];
  const takesAuth = first?.type === "Identifier" && first.name === "auth";
  const answer = machine.consume(machine.invoke(fn, takesAuth ? [clerk, REQUEST] : [REQUEST, REQUEST], place), place);
  const after = machine.state;
  machine.state = before;
  machine.recording = recording;
  if (after === null) return null;
  // The alternatives that let the request through: next(), nothing, or a rewrite.
  const passing = (answer.k === "choice" ? answer.alternatives : [{ value: answer, facts: Facts.none }]).filter(
    ({ value: one }) =>
      (one.k === "response" &&
        !one.redirect &&
        (one.status === null || (one.status.k === "literal" && one.status.value === "next")) &&
        one.body === null) ||
      one.k === "literal" ||
      one.k === "chain" ||
      one.k === "opaque",
  );
  const [head, ...rest] = passing;
  if (head === undefined) return null;
  const known = after.facts.and(rest.reduce((all, one) => all.or(one.facts), head.facts));
  if (
    known.has("auth") ||
    !/auth|session|token|login|signin|sign-in|clerk/i.test(machine.project.file(place.file)?.text ?? "")
  )
    return known;
  // It looks at sessions, and for this path nothing is shown: it may depend on what is not followed (a pattern, a list).
  return /\.test\(|match\(|RegExp|Matcher/.test(machine.project.file(place.file)?.text ?? "")
    ? known.with("opaque:auth", { sure: false, place, why: "the middleware's paths are not understood" })
    : known;
}

function functionOf(value: Value): Extract<Value, { k: "closure" }> | null {
  if (value.k === "closure") return value;
  if (value.k === "chain") {
    for (const call of callsOf(value).toReversed()) {
      const inner = call.args.find((arg) => arg.k === "closure");
      if (inner?.k === "closure") return inner;
    }
  }
  return null;
}

/** `export const config = { matcher }`: without one, every path. */
function applies(machine: Machine, file: ProjectFile, path: string): boolean {
  const config = moduleValue(machine, file.path, "config");
  const matcher = config?.k === "struct" ? config.props.get("matcher") : undefined;
  if (matcher === undefined) return true;
  const patterns = matcher.k === "list" ? matcher.items : [matcher];
  return patterns.some((one) => {
    const source = one.k === "struct" ? one.props.get("source") : one;
    return source?.k === "literal" && typeof source.value === "string" ? matchesPattern(source.value, path) : true;
  });
}

/** Next.js path patterns: `/a/:path*`, `/((?!api|_next).*)`. An unreadable one is taken to match nothing. */
function matchesPattern(pattern: string, path: string): boolean {
  if (pattern.length > MAX_PATTERN) return false;
  const source = pattern
    .replace(/\/:(\w+)\*/g, "(?:/.*)?")
    .replace(/\/:(\w+)\+/g, "/.+")
    .replace(/\/:(\w+)\?/g, "(?:/[^/]+)?")
    .replace(/:(\w+)\(([^)]*)\)/g, "(?:$2)")
    .replace(/:(\w+)/g, "[^/]+");
  try {
    // eslint-disable-next-line security/detect-non-literal-regexp -- bounded above, and the path is a few segments
    return new RegExp(`^${source}/?$`).test(path);
  } catch {
    return false;
  }
}
