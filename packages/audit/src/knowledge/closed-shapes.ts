import type { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import type { Value } from "../values/value.ts";
import { packageOf, type UnseenCall } from "./call.ts";

/**
 * What holds where a schema let an object pass that refuses keys it does not list: there are no others in it, and it
 * may be written as it came. Ajv and TypeBox say so in the schema, Zod and Valibot by another constructor or method;
 * Joi and Superstruct refuse unless told otherwise.
 */
export function closedFacts(call: UnseenCall, subject: Value, facts: Facts): Facts {
  // `const body = { ...req.body }`, which is then looked at.
  const [only, more] = subject.k === "struct" && subject.props.size === 0 ? subject.spreads : [subject];
  if (only?.k !== "client" || more !== undefined || !refusesOthers(call)) return facts;
  return facts.with(closedKey(only), {
    sure: true,
    place: call.place,
    why: "a schema refused every key that it does not list",
  });
}

export function closedKey(subject: Value): string {
  return `closed:${keyOf(subject)}`;
}

function refusesOthers({ root, names, chain, args }: UnseenCall): boolean {
  const from = packageOf(root);
  const before = chain.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []));
  if (from === "ajv") {
    const compiled = chain.steps.findLast((step, at) => step.kind === "call" && at < chain.steps.length - 1);
    const [schema] = names.length === 0 && compiled?.kind === "call" ? compiled.args : args;
    return schema !== undefined && isClosedJson(schema);
  }
  if (/^(?:joi|@hapi\/joi)$/.test(from))
    return (
      !before.some((name) => /^(?:unknown|pattern|options|prefs|preferences|any|link)$/.test(name)) &&
      !args
        .slice(1)
        .some(
          (one) =>
            one.k !== "struct" ||
            [...one.props.keys()].some((name) => /^(?:allow|strip)Unknown$/.test(name)) ||
            one.spreads.length > 0,
        )
    );
  if (from === "zod" || from === "@hono/zod-openapi") return before.some((name) => /^strict(?:Object)?$/.test(name));
  if (from === "yup") return before.includes("noUnknown") && before.includes("strict");
  if (from === "superstruct" || from === "valibot") {
    const made = args.find((one) => one.k === "chain" && packageOf(one.root) === from);
    if (made?.k !== "chain" || made.root.k !== "foreign") return false;
    const name = made.steps.find((step) => step.kind === "member")?.name ?? made.root.name;
    return from === "valibot" ? name === "strictObject" : name === "object";
  }
  return /typebox/.test(from) && args.some(isClosedJson);
}

/** `{ properties: { … }, additionalProperties: false }`, written out or made by TypeBox. */
function isClosedJson(schema: Value): boolean {
  const options =
    schema.k === "struct"
      ? schema
      : schema.k === "chain" && /typebox/.test(packageOf(schema.root))
        ? schema.steps.flatMap((step) => (step.kind === "call" ? [step.args.at(-1)] : []))[0]
        : undefined;
  if (options?.k !== "struct") return false;
  const more = options.props.get("additionalProperties") ?? options.props.get("unevaluatedProperties");
  return more?.k === "literal" && more.value === false;
}
