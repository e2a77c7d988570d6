import type { Node } from "oxc-parser";
import { packageOf } from "../../knowledge/call.ts";
import { nameKind } from "../../knowledge/names.ts";
import type { Judged } from "../../rules/rule.ts";
import { walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** Why a body that nobody is seen to look at may have been looked at, or needs no look; or null. */
export function lookedAtElsewhere(judged: Judged, handed: readonly Operation[]): string | null {
  if (handed.every(isEnvelope)) return "the whole request is handed on as it came, to code that is not seen";
  if (handed.every(onlyFinds) && isFoundFirst(judged)) return "an id of the body finds a row, and is used for no more";
  if (judged.trace.operations.some(isToldSchema))
    return "what reads the request is told a schema, and is not in the tree";
  return isToldShape(judged) ? "its route is declared with a schema, and what asks for it is not in the tree" : null;
}

/** `parseRequest(request, z.object({ … }))` */
function isToldSchema(one: Operation): boolean {
  return (
    one.kind === "call" &&
    one.origin === "missing" &&
    one.args.some(({ k }) => k === "request") &&
    one.args.some(
      (arg) =>
        (arg.k === "chain" && SCHEMAS.test(packageOf(arg.root))) ||
        ((arg.k === "foreign" || arg.k === "opaque") && /schema$/i.test(arg.name)),
    )
  );
}
const SCHEMAS = /^(?:zod|valibot|yup|joi|arktype|superstruct|effect|@sinclair\/typebox)$/;

/** `run({ payload: { headers: req.headers, body: req.body, query: req.query } })`: what it means is for others to say. */
function isEnvelope(one: Operation): boolean {
  return one.kind === "call" && one.origin === "missing" && one.args.some((arg) => holdsRequest(arg));
}

function holdsRequest(value: Value, depth = 0): boolean {
  if (value.k !== "struct" || depth > 2) return false;
  const held = [...value.props.values()];
  const whole = (part: string): boolean =>
    held.some((one) => one.k === "client" && one.part === part && one.path === "");
  return (whole("header") && whole("body")) || held.some((one) => holdsRequest(one, depth + 1));
}

/** `files.get(fileId)`: told one id and nothing else of what was sent. */
function onlyFinds(one: Operation): boolean {
  if (one.kind !== "call" || one.origin !== "missing") return false;
  if (nameKind(one.name) !== "reads" && !/^(?:get|find|load|fetch|read|lookup|by_?id)$/i.test(one.name)) return false;
  const said = one.args.flatMap((arg) => clientsOf(arg));
  return (
    one.args.every(({ k }) => k !== "struct") &&
    said.length === 1 &&
    said.every(({ path }) => /(?:^|[a-z_.])id$/i.test(path))
  );
}

/** What was found is looked at before anything is done: nothing goes on where there is none. */
function isFoundFirst({ trace }: Judged): boolean {
  return trace.operations.some((one) => one.kind === "test" && one.denies === "yes" && holdsFound(one.value));
}

function holdsFound(value: Value, depth = 0): boolean {
  if (depth > 4) return false;
  if (value.k === "choice") return value.alternatives.some((one) => holdsFound(one.value, depth + 1));
  if (value.k === "derived") return value.args.some((arg) => holdsFound(arg, depth + 1));
  return value.k === "chain" && value.steps.some((step) => step.kind === "call" && step.args.length > 0);
}

/**
 * `this.route({ handler: this.register, middleware: [api.validPath({ requestBody: schema })] })`: where a method is
 * handed to what mounts it, a schema of the body is handed along.
 */
function isToldShape({ entry, project }: Judged): boolean {
  if (entry.kind !== "handler" || (entry.node.type !== "MethodDefinition" && entry.node.type !== "PropertyDefinition"))
    return false;
  const file = project.file(entry.file);
  if (file === null || !SHAPES.test(file.text)) return false;
  let told = false;
  let mounted = false;
  for (const node of walk(file.syntax.program)) {
    if (node.type !== "CallExpression" || !node.arguments.some((arg) => names(arg, entry.name))) continue;
    mounted = true;
    told = SHAPES.test(file.text.slice(node.start, node.end));
    if (!told) return false;
  }
  return mounted && told;
}
const SHAPES =
  /\brequestBody\s*:|\bbodySchema\b|\b(?:valid(?:ate|ator)?|check|parse)_?(?:Body|Path|Request|Schema|Dto)?\s*\(\s*[\w{]|\bbody\s*:\s*\w*(?:[sS]chema|Dto|DTO)\b/;

/** `this.register`, `this.register.bind(this)`, `{ handler: this.register }`. */
function names(arg: Node, name: string): boolean {
  switch (arg.type) {
    case "MemberExpression":
      return (
        (arg.object.type === "ThisExpression" && arg.property.type === "Identifier" && arg.property.name === name) ||
        (arg.property.type === "Identifier" && arg.property.name === "bind" && names(arg.object, name))
      );
    case "CallExpression":
      return names(arg.callee, name) || arg.arguments.some((one) => names(one, name));
    case "ObjectExpression":
      return arg.properties.some((one) => one.type === "Property" && names(one.value, name));
    default:
      return false;
  }
}
