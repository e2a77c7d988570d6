import { pathTraversal } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Value } from "../../values/value.ts";
import { isAsserted, speaksOf, type Said } from "../wording/client-word.ts";
import { describe } from "../wording/describe-value.ts";
import { foreignPart } from "../injection/foreign-text.ts";

/** What looks at where a path leads, or at which names it may have. */
const LOOKS =
  /startsWith|\.includes\(|indexOf|relative\(|\.test\(|\.match\(|basename|normalize|isAbsolute|inside|within|\.\.|[=!]==|\bin\b|\.has\(|safe|valid|allow|resolve\(|sanitiz/i;

/** What it answers is safe or not; that it was asked, for a header or a log, says nothing of the path. */
const SHORTENS = /^(?:basename|normalize|relative)$/;

/** A file of the server is reached by a path that the client writes, and nobody has looked where it leads. */
export function pathsOfClient({ trace, project }: Judged, report: Report): void {
  for (const [at, one] of trace.operations.entries()) {
    if (one.kind !== "file") continue;
    const said = foreignPart(withoutNames(one.path), one.facts, false);
    if (said === null || said.k !== "client" || said.part === "cookie" || said.part === "file") continue;
    if (isAsserted(said, one.facts)) continue;
    let beginsAlike = false;
    const looked = trace.operations.slice(0, at).some((test) => {
      if (test.kind === "call")
        return LOOKS.test(test.name) && !SHORTENS.test(test.name) && test.args.some((arg) => speaksOf(arg, said));
      if (test.kind !== "choose" && (test.kind !== "test" || test.denies === "neither")) return false;
      const text = project.file(test.place.file)?.text.slice(test.place.node.start, test.place.node.end) ?? "";
      if (test.kind === "choose")
        return (
          speaksOf(withoutContents(test.value), said) &&
          !onlyBegins(test.value) &&
          LOOKS.test(ofWhereItLeads(text)) &&
          trace.operations.slice(trace.operations.indexOf(test), at).some((next) => refusesNothing(next, said))
        );
      if (![test.value, ...(test.asked ?? [])].some((value) => speaksOf(withoutContents(value), said))) return false;
      if (test.asked === undefined && onlyBegins(test.value)) {
        beginsAlike = true;
        return false;
      }
      return LOOKS.test(ofWhereItLeads(text));
    });
    if (looked) continue;
    report.violated(
      pathTraversal,
      one.place,
      beginsAlike
        ? `${describe(said)} is part of the path: a folder beside the right one, whose name begins with its name, is let through.`
        : `${describe(said)} is part of the path, and ".." in it leads to any file the server may open.`,
      one,
    );
    return;
  }
}

/** `inside.startsWith(root) ? inside : null`, and where there is none somebody is turned away. */
function refusesNothing(one: Operation, said: Said): boolean {
  if (one.kind !== "test" || one.denies === "neither") return false;
  const [only] = one.value.k === "derived" && one.value.op === "!" ? one.value.args : [one.value];
  return (
    only?.k === "choice" &&
    only.alternatives.some(({ value }) => value.k === "literal" && !value.value) &&
    speaksOf(only, said)
  );
}

/** `target.startsWith(path.join(root, "media"))`: `media-private` begins so, too, where no separator ends the folder. */
function onlyBegins(value: Value): boolean {
  if (value.k === "derived" && value.op === "!" && value.args[0] !== undefined) return onlyBegins(value.args[0]);
  const [asks, call] = value.k === "chain" ? value.steps.slice(-2) : [];
  if (asks?.kind !== "member" || asks.name !== "startsWith" || call?.kind !== "call") return false;
  const [folder] = call.args;
  if (folder?.k !== "chain" || folder.root.k !== "foreign" || !/^(?:node:)?path$/.test(folder.root.from)) return false;
  const made = folder.steps.at(-1);
  const before = folder.steps.at(-2);
  const name = before?.kind === "member" ? before.name : folder.root.name;
  const last = made?.kind === "call" ? made.args.at(-1) : undefined;
  // What `resolve` answers never ends in a separator; what `join` answers does where its last part does.
  return (
    made?.kind === "call" &&
    (name === "resolve" ||
      (name === "join" && last !== undefined && !(last.k === "literal" && /[\\/]$/.test(String(last.value)))))
  );
}

/** Of what type it is, whether it is there and how it ends says nothing of where it leads. */
function ofWhereItLeads(test: string): string {
  return test
    .replace(/[\w.]+\.(?:includes|has)\(\s*(?:path\.)?extname\([^)]{0,200}\)(?:\.\w+\(\))?\s*\)/g, "")
    .replace(/(?:path\.)?extname\([^)]{0,200}\)(?:\.\w+\(\))?\s*[=!]==?\s*["'`][^"'`]{0,40}["'`]/g, "")
    .replace(/typeof\s+[\w.?![\]]+\s*[=!]==?\s*["'`]\w+["'`]/g, "")
    .replace(/\/\\\.[\w()|?:[\]]{1,80}\$\/\w{0,8}\.test\([^)]{0,200}\)/g, "")
    .replace(/(?<!\w)\w+\.endsWith\([^)]{0,200}\)|[=!]==?\s*(?:undefined|null|""|'')/g, "");
}

/** `(await fs.stat(path)).size !== expected`: what is found there says nothing of where it is. */
function withoutContents(value: Value, depth = 0): Value {
  if (depth > 8) return value;
  switch (value.k) {
    case "derived":
      return { ...value, args: value.args.map((arg) => withoutContents(arg, depth + 1)) };
    case "choice":
      return {
        ...value,
        alternatives: value.alternatives.map((one) => ({ ...one, value: withoutContents(one.value, depth + 1) })),
      };
    case "pending":
      return withoutContents(value.value, depth + 1);
    case "chain": {
      if (value.root.k !== "foreign" || !FILES.test(value.root.from)) return value;
      const names = value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []));
      return [value.root.name, ...names].some((name) => name.startsWith("realpath"))
        ? value
        : { k: "literal", value: "" };
    }
    default:
      return value;
  }
}
const FILES = /^(?:(?:node:)?fs(?:\/promises)?|fs-extra|graceful-fs)$/;

/** `path.basename(name)`: whatever it was, it leads nowhere else. */
function withoutNames(value: Value): Value {
  if (value.k === "derived") return { ...value, args: value.args.map(withoutNames) };
  if (value.k !== "chain") return value;
  if (isOfLookedUp(value)) return { k: "literal", value: "" };
  const names = value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : [])).join(" ");
  const root = value.root.k === "foreign" ? value.root.name : "";
  if (/basename|slug|sanitiz|uuid|nanoid|hash/i.test(`${root} ${names}`)) return { k: "literal", value: "" };
  return {
    ...value,
    steps: value.steps.map((step) => (step.kind === "member" ? step : { ...step, args: step.args.map(withoutNames) })),
  };
}

/** `(await backups.byId(params.id)).fileName`: what was stored under the client's word is not that word. */
function isOfLookedUp({ root, steps }: Extract<Value, { k: "chain" }>): boolean {
  const called = steps.at(-2)?.kind === "call" ? steps.at(-3) : undefined;
  const name = called?.kind === "member" ? called.name : root.k === "foreign" ? root.name : "";
  return (
    root.k === "foreign" &&
    root.origin === "missing" &&
    steps.at(-1)?.kind === "member" &&
    steps.at(-2)?.kind === "call" &&
    LOOKS_UP.test(name)
  );
}
const LOOKS_UP =
  /^(?:get|find|fetch|load|read|look_?[uU]p|retrieve|by|one|first)(?![a-z])(?!.*(?:[pP]aram|[qQ]uery|[bB]ody|[iI]nput|[sS]earch|[fF]orm|[pP]ayload|[aA]rgs|[vV]alue|[dD]ata|[hH]eader|[tT]ext|[sS]tring))/;
