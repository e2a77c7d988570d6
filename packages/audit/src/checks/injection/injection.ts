import type { Node } from "oxc-parser";
import { commandInjection, htmlInjection, sqlInjection } from "../../rules/catalogue.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";
import type { Check, Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Place, Value } from "../../values/value.ts";
import { says } from "../../source/says.ts";
import { textInJson } from "./script-json.ts";
import { foreignPart, nameOf } from "./foreign-text.ts";
import { BY_AUTHORS } from "./markup-origin.ts";
import { storedPart } from "./stored-text.ts";
import { writtenIn } from "./written-in.ts";

export const sql: Check = {
  requirement: "sql",
  run(judged, report) {
    for (const one of judged.trace.operations) {
      if (one.kind !== "sql") continue;
      if (one.text.k === "derived" && one.text.op === "tagged") {
        report.proved();
        continue;
      }
      // Statements that define things are written by developers' tools, with names of their own.
      const part = foreignPart(one.text, one.facts, !isDefinition(one.text));
      if (part === null) report.proved();
      else
        report.violated(
          sqlInjection,
          builtAt(one, one.text) ?? wholeOf(one, judged.trace.operations),
          `${nameOf(part)} becomes part of the statement's text: it can end it and begin another.`,
          one,
        );
    }
  },
};

/** A piece that is written where it is sent belongs to the call that sends it. */
function wholeOf(piece: Operation, operations: readonly Operation[]): Place {
  const { file, node } = piece.place;
  const within = (one: Operation): boolean =>
    one.place.file === file && one.place.node.start <= node.start && node.end <= one.place.node.end;
  const found = operations.findLast(
    (one) =>
      within(one) && (one.kind === "query" || one.kind === "html" || (one.kind === "respond" && piece.kind === "html")),
  );
  if (found !== undefined || piece.kind !== "sql") return found?.place ?? piece.place;
  // `dbExecute(`select … ${column}`, values)`: a helper that is not seen, and that is handed the text where it is written.
  const sends = operations.filter((one) => one.kind === "call" && within(one) && isHanded(one.place.node, node));
  const [first, ...more] = sends.map(({ place }) => place);
  return more.reduce((least, one) => (one.node.start > (least?.node.start ?? 0) ? one : least), first) ?? piece.place;
}

/** Is the text one of the call's own arguments, and not in something that runs in it? */
function isHanded(call: Node, text: Node): boolean {
  return (
    call.type === "CallExpression" &&
    call.arguments.some((arg) => !isFunction(arg) && arg.start <= text.start && text.end <= arg.end)
  );
}

/** `run(`docker logs ${id}`)`: what is handed whole to a helper is wrong where it is put together. */
function builtAt({ calls, place }: Operation, text: Value): Place | null {
  if (text.k !== "derived" || !/^(?:template|\+)$/.test(text.op)) return null;
  const { file, node } = text.place;
  const holds = (outer: Place): boolean =>
    outer.file === file && outer.node.start <= node.start && node.end <= outer.node.end;
  if (holds(place)) return null;
  return calls.findLast((call) => holds(call) && isHanded(call.node, node)) ?? null;
}

function isDefinition(text: Value): boolean {
  if (text.k === "literal")
    return /^\s*(?:create|alter|drop|grant|revoke|comment|truncate|set)\b/i.test(String(text.value));
  return text.k === "derived" && text.args[0] !== undefined && isDefinition(text.args[0]);
}

export const command: Check = {
  requirement: "command",
  run(judged, report) {
    for (const one of judged.trace.operations) {
      if (one.kind !== "command") continue;
      const [first, second] = one.args;
      // A text that is handed through whole is its caller's, and tools of developers are run by developers.
      if (
        judged.entry.kind === "function" &&
        (first?.k === "opaque" || /(?:^|\/)(?:scripts?|bin|tools?|cli|dev|infra)\//.test(judged.entry.file))
      )
        continue;
      const text = one.shell ? [first, second?.k === "list" ? second : undefined] : [first];
      const part = text
        .map((value) =>
          value === undefined
            ? null
            : (foreignPart(value, one.facts, one.shell) ??
              (one.shell && value.k !== "list" ? storedPart(value) : null)),
        )
        .find((value) => value !== null);
      if (part === undefined || part === null) report.proved();
      else
        report.violated(
          commandInjection,
          (first === undefined ? null : builtAt(one, first)) ?? one.place,
          `${nameOf(part)} becomes part of what ${one.name} runs.`,
          one,
        );
    }
  },
};

export const xss: Check = {
  requirement: "xss",
  run(judged, report) {
    for (const one of judged.trace.operations) {
      if (one.kind === "html") html(one, judged, report);
    }
  },
};

/** A helper that makes pages of what it is given, and that others give their own words: whoever does not is at fault. */
function ofOneCaller({ calls, within }: Operation, project: Judged["project"]): Place | null {
  const call = calls.at(-1);
  if (call?.node.type !== "CallExpression" || within.length < 2) return null;
  const { node } = call;
  const name = calledName(node);
  const program = project.file(call.file)?.syntax.program;
  if (name === "" || program === undefined) return null;
  for (const other of walk(program))
    if (
      other !== node &&
      other.type === "CallExpression" &&
      calledName(other) === name &&
      other.arguments.some((arg) => arg.type === "Literal") &&
      other.arguments.every(
        (arg) =>
          arg.type === "Literal" || (arg.type === "Identifier" && /^(?:c|ctx|context|res|reply)$/.test(arg.name)),
      )
    )
      return call;
  return null;
}

function html(one: Extract<Operation, { kind: "html" }>, { trace, project }: Judged, report: Report): void {
  // `res.send(value)` is HTML only where the text has markup of its own.
  const { node } = one.place;
  const mayBeText =
    (node.type === "CallExpression" && !/raw|html/i.test(calledName(node))) || node.type === "AssignmentExpression";
  if (mayBeText && !hasMarkup(one.value)) return quoted(one, project, report);
  const value = jsonOf(mayBeText ? withMarkup(one.value) : one.value);
  // `renderPage(values)` of a file that is not in the tree: what it does to them is not seen.
  if (isOwnTemplate(value)) return report.unknown("the function that makes the page is not in the tree");
  // A style or a script that a component is given is its author's own.
  const isOwn = isOwnLanguage(one.place, project);
  const inScript = isOwn && value.k === "derived" && value.op === "stringify" ? textInJson(value) : null;
  if (inScript !== null && !BY_AUTHORS.test(project.file(one.place.file)?.text ?? ""))
    return report.violated(
      htmlInjection,
      one.place,
      `${nameOf(inScript)} is written into a script as JSON: "</script>" in it ends the script, and what follows runs.`,
      one,
    );
  const part = foreignPart(value, one.facts, !isOwn);
  if (part === null || (part.k === "opaque" && /css$|styles?$/i.test(part.name))) report.proved();
  else if (part.k === "opaque" && BY_AUTHORS.test(project.file(one.place.file)?.text ?? ""))
    report.unknown("what is written into the page when the site is built is its authors' own");
  else if (part.k === "opaque" && PREPARED.test(part.name))
    report.unknown(`${part.name} is handed over ready, by its name`);
  else
    report.violated(
      htmlInjection,
      writtenIn(value, part, one) ?? ofOneCaller(one, project) ?? wholeOf(one, trace.operations),
      `${nameOf(part)} is put into the page as HTML: what it holds runs there.`,
      one,
    );
}

/** `res.send(`No library with id ${body.library}`)`: Express sends a text as a page, and what is quoted in it may be markup. */
function quoted(one: Extract<Operation, { kind: "html" }>, project: Judged["project"], report: Report): void {
  const file = project.file(one.place.file);
  const { node } = one.place;
  if (file === null || node.type !== "CallExpression" || calledName(node) !== "send" || !says(file, EXPRESS)) return;
  if (says(file, OTHERS) || PLAIN.test(file.text.slice(node.start, node.end))) return;
  const { value } = one;
  if (value.k !== "derived" || !/^(?:template|\+)$/.test(value.op)) return;
  const said = value.args.find(
    (arg) =>
      arg.k === "client" && /^(?:query|body|params)$/.test(arg.part) && foreignPart(arg, one.facts, false) !== null,
  );
  if (said === undefined) return;
  report.violated(
    htmlInjection,
    one.place,
    `${nameOf(said)} is quoted in a text that is sent as a page: what it holds runs there.`,
    one,
  );
}
const EXPRESS = /["']express["']/;
const OTHERS = /["'](?:fastify|koa|hono|restify|@nestjs\/common)["']/;
const PLAIN = /\.(?:type|contentType|format|set|header|setHeader)\(/;

/** `<style dangerouslySetInnerHTML={…} />` */
function isOwnLanguage({ file, node }: Place, project: Judged["project"]): boolean {
  if (node.type !== "JSXAttribute") return false;
  const text = project.file(file)?.text ?? "";
  return /^<(?:style|script)\b/i.test(text.slice(text.lastIndexOf("<", node.start), node.start));
}

/** What a component is handed that is no text of anybody's, or was made safe, by its name. */
const PREPARED =
  /^(?:(?:safe|sanitized?|clean(?:ed)?|purified|escaped|trusted|highlighted)\w*|\w*(?:css|styles?|json_?ld|structured_?data|svg|icon|theme\w*|nonce|id))$/i;

function isOwnTemplate(value: Value): boolean {
  return (
    value.k === "chain" &&
    value.root.k === "foreign" &&
    value.root.origin === "missing" &&
    value.steps.length === 1 &&
    value.steps[0]?.kind === "call" &&
    /page|html|template|render|document|view|email/i.test(value.root.name) &&
    !/markdown|^md/i.test(value.root.name)
  );
}

function hasMarkup(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.k === "literal") return typeof value.value === "string" && /<\/?[a-z!]/i.test(value.value);
  if (value.k === "choice") return value.alternatives.some((one) => hasMarkup(one.value, depth + 1));
  if (value.k !== "derived") return false;
  // `["<h1>", title, "</h1>"].join("\n")`
  const [parts] = value.args;
  if (value.op === "replaced") return parts !== undefined && hasMarkup(parts, depth + 1);
  if (value.op === "join") return parts?.k === "list" && parts.items.some((one) => hasMarkup(one, depth + 1));
  return (value.op === "template" || value.op === "+") && value.args.some((arg) => hasMarkup(arg, depth + 1));
}

/** Of several that it may be, those that are a page. */
function withMarkup(value: Value): Value {
  return value.k === "choice"
    ? { ...value, alternatives: value.alternatives.filter((one) => hasMarkup(one.value)) }
    : value;
}

/** JSON inside a script element ends it with `</script>`, unless the angle was replaced. */
function jsonOf(value: Value): Value {
  if (value.k === "derived" && (value.op === "escaped" || (value.op === "replaced" && value.args.length === 1)))
    return { k: "literal", value: "" };
  return value;
}
