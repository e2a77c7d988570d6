import { nameOfRoot } from "../../knowledge/call.ts";
import { closedKey } from "../../knowledge/closed-shapes.ts";
import { ignoredValidation, massAssignment, operatorInjection, unvalidated } from "../../rules/catalogue.ts";
import type { Check, Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import { comparisons } from "../../values/query.ts";
import { walk } from "../../syntax/walk.ts";
import { standing } from "../../values/standing.ts";
import { REFUSED, type Condition, type Value } from "../../values/value.ts";
import { lookedAtElsewhere } from "./looked-at-elsewhere.ts";
import { formIn } from "./forms.ts";
import { namedAttributes } from "./named-attributes.ts";
import { pathsOfClient } from "./path-traversal.ts";
import { serverSideRequests } from "./server-side-request.ts";
import { isOfCollaborator, isPartlyChecked } from "./told-of-body.ts";
import { wholeForModel } from "./whole-for-model.ts";
import { isSensitive } from "../entry/entry-kinds.ts";

type ClientValue = Extract<Value, { k: "client" }>;

/** Has somebody looked at what came before it is stored or handed on? */
export const input: Check = {
  requirement: "input",
  run(judged, report) {
    const { entry, trace } = judged;
    if (entry.kind === "job" || entry.kind === "function" || entry.kind === "page") return;
    pathsOfClient(judged, report);
    serverSideRequests(judged, report);
    let wrong = false;
    for (const kind of ["query", "assign"] as const) {
      const one = trace.operations.find((each) => each.kind === kind && storesWhole(each));
      if (one === undefined) continue;
      wrong = true;
      report.violated(
        massAssignment,
        one.place,
        "Every column the client names is written, those it must not set among them.",
        one,
      );
    }
    if (wrong || wholeForModel(judged, report)) return;
    namedAttributes(judged, report);
    for (const one of trace.operations) {
      if (one.kind !== "query" || (one.query.library !== "mongoose" && one.query.library !== "other")) continue;
      const spread = wholeQuery(one.query.where, one.facts);
      if (spread !== null) {
        report.violated(
          operatorInjection,
          one.place,
          "Whatever the client names becomes a condition: operators, and fields that no list is filtered by.",
          one,
        );
        return;
      }
      const field = comparisons(one.query.where).find(
        ({ field: name, value }) =>
          !/id$/i.test(name) &&
          value.k === "client" &&
          (value.part === "body" || value.part === "query") &&
          !value.checked &&
          !one.facts.has(`valid:${keyOf(value)}`) &&
          !one.facts.has(`valid:client:${value.part}.`),
      );
      if (field !== undefined) {
        report.violated(
          operatorInjection,
          one.place,
          `${field.field} may be an object, and an object is a condition of its own: { "$ne": null } finds any row.`,
          one,
        );
        return;
      }
    }
    const untested = trace.operations.find((one) => one.kind === "untested" && one.what === "input");
    const refused = untested ?? trace.operations.find((one) => isSensitive(one) && handsOnRefused(one));
    if (refused !== undefined) {
      report.violated(
        ignoredValidation,
        refused.place,
        "The schema may have refused the input, and nobody has looked: what it hands on is then undefined.",
        refused,
      );
      return;
    }
    const first = trace.operations.find((one) => isSensitive(one) && bodyIn(one) !== null);
    if (first === undefined) {
      if (trace.operations.some((one) => one.kind === "validate")) report.proved();
      else readDeep(judged, report);
      return;
    }
    if (lookedAt(judged)) {
      const ignored = trace.operations.find((one) => one.kind === "validate");
      const raw = bodyIn(first);
      if (ignored !== undefined && raw !== null && !first.facts.has("valid:client:body.") && isWritten(first)) {
        report.violated(
          ignoredValidation,
          first.place,
          "The body is validated, and goes on whatever the answer was.",
          first,
        );
      }
      return;
    }
    if (
      first.kind === "call" &&
      (first.origin === "missing" || isOfCollaborator(first)) &&
      (first.args.some(isWhole) || isPassedOn(first))
    )
      return report.unknown(`${first.name} is given the body, and what it does to it is not seen`);
    if (first.kind === "call" && first.origin === "missing" && first.args.some(isPartlyChecked))
      return report.unknown(`a schema has let pass the body that ${first.name} is given, whatever it leaves open`);
    if (isCast(first)) return report.unknown("the model's own schema casts the fields it is given, and may check them");
    if (entry.framework === "socket.io" && bodyIn(first)?.part === "arguments")
      return report.unknown("an id that an event tells by itself looks a row up");
    if (entry.kind === "action" && entry.framework === "next" && !formIn(judged) && !storesFields(judged))
      return report.unknown("arguments of an action are typed, and the type is not checked at run time");
    const elsewhere = lookedAtElsewhere(
      judged,
      trace.operations.filter((one) => isSensitive(one) && bodyIn(one) !== null),
    );
    if (elsewhere !== null) return report.unknown(elsewhere);
    report.violated(
      unvalidated,
      { file: entry.file, node: entry.node },
      `${entry.name} hands on a body that nothing has looked at.`,
      first,
    );
  },
};

/** `Note.create({ title, body })` of Mongoose: named fields, each of a type that the model declares. */
function isCast(one: Operation): boolean {
  return (
    one.kind === "query" &&
    one.query.library === "mongoose" &&
    one.query.data?.k === "struct" &&
    one.query.data.spreads.length === 0
  );
}

/** `body.data.object.id`, and neither a schema nor a test before it: whatever is made of it later could be anything. */
function readDeep({ entry, trace, project }: Judged, report: Report): void {
  if (trace.operations.some((one) => one.kind !== "return" && one.kind !== "respond") || trace.unknowns.length > 0)
    return;
  const bodies = new Set<string>();
  const text = project.file(entry.file)?.text ?? "";
  for (const node of walk(entry.node)) {
    if (node.type !== "VariableDeclarator" || node.init === null) continue;
    const made = text.slice(node.init.start, node.init.end);
    if (node.id.type === "Identifier" && /^(?:await\s+)?req(?:uest)?\.json\(\)$|^req(?:uest)?\.body$/.test(made))
      bodies.add(node.id.name);
    const [root = "", ...members] = made.split(/\??\./);
    if (!bodies.has(root) || members.length < 2 || !members.every((name) => /^\w+$/.test(name))) continue;
    report.violated(
      unvalidated,
      { file: entry.file, node: entry.node },
      `${entry.name} takes ${made} of a body that nothing has looked at.`,
    );
    return;
  }
}

/** `find({ ...req.query, orgId })`: conditions of the client's own making. */
function wholeQuery(condition: Condition | null, facts: Facts): ClientValue | null {
  if (condition === null || condition.kind === "compare") return null;
  if (condition.kind !== "unknown") {
    for (const one of condition.of) {
      const found = wholeQuery(one, facts);
      if (found !== null) return found;
    }
    return null;
  }
  const { value } = condition;
  return value.k === "client" &&
    !value.checked &&
    value.path === "" &&
    (value.part === "query" || value.part === "body") &&
    !facts.has(`valid:${keyOf(value)}`)
    ? value
    : null;
}

function written(one: Operation): Value | null {
  if (
    one.kind === "query" &&
    (one.query.verb === "create" || one.query.verb === "update" || one.query.verb === "upsert")
  )
    return one.query.data;
  if (one.kind === "assign") return one.value;
  return null;
}

function storesWhole(one: Operation): boolean {
  const data = written(one);
  return data !== null && (wholeBody(data, one.facts) ?? mergedBody(data, one.facts)) !== null;
}

function isWritten(one: Operation): boolean {
  return written(one) !== null;
}

/** A body that is written as it is, or spread into what is written. */
function wholeBody(data: Value, facts: Facts): ClientValue | null {
  if (data.k === "client")
    return !data.checked && /^(?:body|arguments)$/.test(data.part) && !isShaped(data, facts) ? data : null;
  if (data.k === "struct") {
    // Mongo's `{ $set: body }`.
    const set = data.props.get("$set");
    if (set !== undefined && wholeBody(set, facts) !== null) return wholeBody(set, facts);
    for (const spread of data.spreads) {
      const found = wholeBody(spread, facts);
      if (found !== null) return found;
    }
    return null;
  }
  if (data.k === "choice") {
    for (const one of standing(data, facts)) {
      const found = wholeBody(one.value, facts);
      if (found !== null) return found;
    }
  }
  if (data.k === "derived" && data.op === "copy" && data.args[0] !== undefined) return wholeBody(data.args[0], facts);
  return null;
}

/** A part of a body whose shape was declared; or all of it, which a validator that is not seen may have replaced. */
function isShaped(data: ClientValue, facts: Facts): boolean {
  if (facts.has(closedKey(data))) return true;
  if (data.part === "arguments") return facts.has(`valid:${keyOf(data)}`);
  const shown = facts.get("valid:client:body.");
  return shown !== undefined && (data.path !== "" || !shown.sure);
}

/** `update({ settings: JSON.stringify(merge({}, row.settings, req.body)) })`: what is stored is as the client has it. */
function mergedBody(data: Value, facts: Facts, depth = 0): ClientValue | null {
  if (depth > 4) return null;
  const inner = data.k === "struct" ? [...data.props.values()] : data.k === "list" ? data.items : [];
  const parts = data.k === "derived" && /^(?:stringify|merged)$/.test(data.op) ? data.args : inner;
  for (const part of parts) {
    const found =
      (data.k === "derived" && data.op === "merged" ? wholeBody(part, facts) : null) ??
      mergedBody(part, facts, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** `create({ data: parsed.data })` without a look at `parsed.success`. */
function handsOnRefused(one: Operation): boolean {
  const values = one.kind === "query" ? [one.query.data] : one.kind === "call" ? one.args : [];
  return values.some((value) => value !== null && mayBeRefused(value, one.facts));
}

function mayBeRefused(value: Value, facts: Facts, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.k === "choice")
    return (
      value.alternatives.some((one) => one.value === REFUSED) &&
      !value.alternatives.some((one) => one.facts.size > 0 && one.facts.beyond(facts).size === 0)
    );
  return (
    value.k === "struct" &&
    [...value.props.values(), ...value.spreads].some((inner) => mayBeRefused(inner, facts, depth + 1))
  );
}

/** A part of the body in an operation that no schema, test or conversion has looked at. */
function bodyIn(one: Operation): ClientValue | null {
  const values: Value[] = [];
  if (one.kind === "query") {
    if (one.query.data !== null) values.push(one.query.data);
  } else if (one.kind === "call") values.push(...one.args);
  for (const value of values) {
    const found = bare(value, one.facts);
    if (found !== null) return found;
  }
  return null;
}

function bare(value: Value, facts: Facts, depth = 0): ClientValue | null {
  if (depth > 8) return null;
  switch (value.k) {
    case "client": {
      if (value.checked || (value.part !== "body" && value.part !== "arguments")) return null;
      for (let path = value.path; ; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
        const key = keyOf({ ...value, path });
        if (facts.has(`valid:${key}`) || facts.has(`ok:${key}`)) return null;
        if (path === "") break;
      }
      return value;
    }
    case "struct":
      return firstBare([...value.props.values(), ...value.spreads], facts, depth);
    case "list":
      return firstBare(value.items, facts, depth);
    case "choice":
      return firstBare(
        standing(value, facts).map((one) => one.value),
        facts,
        depth,
      );
    case "pending":
      return bare(value.value, facts, depth + 1);
    case "derived":
      // Written as JSON it is what it was.
      return value.op === "stringify" ? firstBare(value.args, facts, depth) : null;
    default:
      return null;
  }
}

function firstBare(values: readonly Value[], facts: Facts, depth: number): ClientValue | null {
  for (const value of values) {
    const found = bare(value, facts, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** Some part of the body was tested anywhere: by a schema, by type, by presence with a refusal. */
function lookedAt({ trace }: Judged): boolean {
  return trace.operations.some((one) => {
    if (one.kind === "validate") return true;
    if (one.kind === "test" && one.denies !== "neither") return mentionsBody(one.value);
    return [...one.facts.entries()].some(([name]) => name.startsWith("valid:client:body"));
  });
}

/** To another package of the product: it has an input of its own. */
function isPassedOn({ result }: Extract<Operation, { kind: "call" }>): boolean {
  return result.k === "chain" && result.root.k === "foreign" && /^@[^/]+\//.test(result.root.from);
}

/** The body as it came, or all of it among what is added: `{ ...body, name }`. */
function isWhole(value: Value): boolean {
  if (value.k === "struct") return value.spreads.some(isWhole);
  return value.k === "client" && value.part === "body" && value.path === "";
}

const FINDS = /^(?:get|find|fetch|load|read|lookup|retrieve|query|select|list|search|id|email|slug|count|exists)/i;

function lastCalled({ root, steps }: Extract<Value, { k: "chain" }>): string {
  const last = steps.findLast((step) => step.kind === "member");
  return last?.kind === "member" ? last.name : nameOfRoot(root);
}

function mentionsBody(value: Value, depth = 0): boolean {
  if (depth > 8) return false;
  switch (value.k) {
    case "client":
      return value.part === "body" || value.part === "arguments";
    case "derived":
      return value.args.some((arg) => mentionsBody(arg, depth + 1));
    case "choice":
      return value.alternatives.some((one) => mentionsBody(one.value, depth + 1));
    case "chain":
      return (
        mentionsBody(value.root, depth + 1) ||
        // What was found by it says nothing of its shape.
        (!FINDS.test(lastCalled(value)) &&
          value.steps.some((step) => step.kind !== "member" && step.args.some((arg) => mentionsBody(arg, depth + 1))))
      );
    default:
      return false;
  }
}

/**
 * Several fields of an object that the action was given are stored, and nobody has looked at any: their types are gone
 * when it runs. Of a single text or id that is handed over alone nothing is said.
 */
function storesFields({ trace }: Judged): boolean {
  return trace.operations.some((one) => {
    const data = written(one);
    if (data?.k !== "struct") return false;
    const fields = [...data.props.values()].filter((value) => {
      const found = bare(value, one.facts);
      return found?.part === "arguments" && found.path.includes(".");
    });
    return fields.length > 1;
  });
}
