import type { Node } from "oxc-parser";
import type { Machine } from "../interpret/machine.ts";
import { isFunction } from "../syntax/is-function.ts";
import { callsOf } from "../knowledge/databases/chain.ts";
import { nameOfRoot } from "../knowledge/call.ts";
import { fromSchema } from "../knowledge/validation.ts";
import { asksForRights, isToldRights, saidIn } from "../knowledge/staff.ts";
import { lookedAtBy, nounsOf } from "../knowledge/vouches.ts";
import { nameKind, wordsOf } from "../knowledge/names.ts";
import { client, opaque, type Chain, type Place, type Value } from "../values/value.ts";

const ENDS = /^(?:query|mutation|subscription|action|stateAction|handler|handle)$/;
const BUILDER =
  /procedure$|action(?:s)?(?:client)?$|^(?:os|initTRPC|createSafeActionClient|publicAction|createServerAction|zsa)$|^(?:auth\w*|public|safe|protected|admin|member|org|base|server)?Client$/i;

/** A procedure or guarded action as it was built: `protectedProcedure.input(schema).mutation(fn)`. */
export function isProcedure(chain: Chain): boolean {
  const calls = callsOf(chain);
  const last = calls.at(-1);
  if (last === undefined || !ENDS.test(last.name) || last.args.length === 0) return false;
  return (
    namesOf(chain).some((name) => BUILDER.test(name)) ||
    last.args.some((arg) => arg.k === "closure" && takesContext(arg.node))
  );
}

/** `({ ctx, input }) => …`: no function of anything else is given these two. */
export function takesContext(node: Node): boolean {
  if (!isFunction(node)) return false;
  const [first, ...more] = node.params;
  if (first?.type !== "ObjectPattern" || more.length > 0) return false;
  const names = first.properties.flatMap((one) =>
    one.type === "Property" && one.key.type === "Identifier" ? [one.key.name] : [],
  );
  return (
    names.length > 0 &&
    names.every((name) => GIVEN.test(name)) &&
    names.some((name) => /^(?:ctx|context|input|parsedInput)$/.test(name))
  );
}
const GIVEN =
  /^(?:ctx|context|input|parsedInput|rawInput|clientInput|bindArgsParsedInputs|bindArgsClientInputs|metadata|path|type|signal|errors|getRawInput|batchIndex|lastEventId|procedure)$/;

function namesOf(chain: Chain): string[] {
  return [nameOfRoot(chain.root), ...chain.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []))].filter(
    (name) => name !== "",
  );
}

/** Runs its middleware in order, each with what `next` continues, and at the end the function itself. */
export function followProcedure(machine: Machine, chain: Chain, place: Place): Value {
  const calls = callsOf(chain);
  const middleware: Value[] = [];
  let checked = false;
  const schemas: Value[] = [];
  const base = baseOf(chain);
  const start = chain.steps.findIndex((step) => step.kind === "member" && step.name === "createServerAction");
  if (start > 0) middleware.push(...zsaProcedures({ ...chain, steps: chain.steps.slice(0, start) }));
  for (const call of calls.slice(0, -1)) {
    if (call.name === "use" || call.name === "unstable_concat" || call.name === "concat") middleware.push(...call.args);
    else if (/^(?:input|schema|inputSchema|bindArgsSchemas)$/.test(call.name)) {
      checked = !isAny(call.args[0]);
      if (call.args[0] !== undefined) schemas.push(call.args[0]);
    }
  }
  if (base === "guarded") {
    machine.learn("auth", { sure: false, place, why: "the procedure is taken for a protected one by its name" });
    for (const noun of nounsOf(namesOf(chain)))
      mayUse(machine, noun, "the procedure's name says that it looks at it", place);
    const rights = namesOf(chain).find(
      (name) => /admin|role|permission|owner|team|org|workspace/i.test(name) || asksForRights(name),
    );
    if (rights !== undefined)
      machine.learn("role", { sure: false, place, why: `${rights} is taken for a check by its name` });
  } else if (base === "unknown")
    machine.learn("opaque:auth", {
      sure: false,
      place,
      why: `${namesOf(chain)[0] ?? "the procedure"} is not in the tree`,
    });
  if (base === "open" && isCalledPublic(chain))
    machine.learn("said:public", { sure: false, place, why: "the procedure is called a public one" });
  if (base === "open" && chain.root.k === "foreign" && /^(?:initTRPC|createSafeActionClient)$/.test(chain.root.name))
    machine.absent = makesContext(machine, chain) ? machine.project.putOnRequests() : "every";
  const whole = client("body", "", checked);
  const shaped = shapedBy(schemas, whole);
  // A builder that is not in the tree may ask for more of its own.
  const input: Value =
    shaped.k === "struct" && chain.root.k === "foreign" && chain.root.name !== "initTRPC"
      ? { ...shaped, spreads: [whole] }
      : shaped;
  let context: Value = { k: "request", path: "", authenticated: base === "guarded" };
  const handler = calls.at(-1)?.args.find((arg) => arg.k === "closure" || arg.k === "foreign" || arg.k === "chain");

  const from = (at: number): Value => {
    const next = middleware[at];
    if (next === undefined) {
      if (handler === undefined) return opaque("handler");
      const inner = handler.k === "chain" ? functionOf(handler) : null;
      if (inner !== null && handler.k === "chain" && inner.k === "closure") {
        // `.action(withAuditLog("deleted", async ({ ctx, parsedInput }) => …))`: a wrapper that is not seen hands on.
        byName(machine, handler, place);
        machine.answering = inner.node;
        return machine.consume(machine.invoke(inner, [bag(context, input)], place), place);
      }
      if (handler.k !== "closure") {
        machine.unknowns.add("the procedure's function is not in the tree");
        return opaque("handler");
      }
      machine.answering = handler.node;
      const options: Value = bag(context, input);
      const [first] = calls.at(-1)?.args ?? [];
      // zsa and older clients hand input and context apart.
      return machine.consume(
        machine.invoke(handler, first === handler ? [options, bag(context, input)] : [options], place),
        place,
      );
    }
    if (next.k === "derived" && next.op === "zsa-procedure" && next.args[0] !== undefined) {
      const given = machine.consume(machine.invoke(next.args[0], [bag(context, input)], place), place);
      if (machine.state === null) return opaque("refused");
      context = merge(given, context);
      return from(at + 1);
    }
    const fn = functionOf(next);
    if (fn === null) {
      if (byName(machine, next, place) && context.k === "request") context = { ...context, authenticated: true };
      return from(at + 1);
    }
    let ran = false;
    const go: Value = {
      k: "continuation",
      run: (args) => {
        ran = true;
        const [given] = args;
        const added = given?.k === "struct" ? (given.props.get("ctx") ?? given.props.get("context")) : undefined;
        if (added !== undefined) context = merge(added, context);
        return from(at + 1);
      },
    };
    const value = machine.invoke(fn, [bag(context, input, go), go], place);
    const result = machine.consume(value, place);
    if (!ran) machine.state = null;
    return result;
  };
  return from(0);
}

/** What middleware that is not seen is taken for; true where it asks for the caller. */
function byName(machine: Machine, value: Value, place: Place): boolean {
  machine.absent = null;
  const name = nameOf(value);
  if (
    /^(?:asserts|guards|asks|identity)$/.test(nameKind(name)) ||
    /auth|session|protect|member|admin|role|permission|user/i.test(name)
  ) {
    const given = value.k === "chain" ? (callsOf(value).at(-1)?.args ?? []) : [];
    const why = `${name}${saidIn(given)} is taken for a check by its name`;
    machine.learn("auth", { sure: false, place, why });
    const asks = asksForRights(name) || isToldRights(given);
    if (asks) machine.learn("role", { sure: false, place, why });
    looksAt(machine, name, given, asks, place);
    return true;
  }
  if (!/log|rate|limit|timing|trace|metric|sentry|error|cache|audit|revalidat|valid/i.test(name)) {
    machine.learn("opaque:auth", { sure: false, place, why: `${name} is not in the tree` });
    looksAt(machine, name, [], false, place);
  }
  return false;
}

/** `.use(checkProjectPermission(Role.VIEWER))`, `.use(requireMember("boardId"))`: whose is asked for is looked at, by its name or by what it is told. */
function looksAt(machine: Machine, name: string, given: readonly Value[], asks: boolean, place: Place): void {
  const why = `${name} may have looked at what is asked for`;
  const nouns = new Set(nounsOf([name]));
  const noun = lookedAtBy(name);
  if (noun !== null) nouns.add(noun);
  for (const one of nouns) {
    machine.learn(`opaque:scope:${one}`, { sure: false, place, why });
    if (asks) mayUse(machine, one, why, place);
  }
  for (const one of given)
    if (asks && one.k === "literal" && typeof one.value === "string" && /^[a-z]\w*(?:Id|_id|Slug)$/.test(one.value))
      machine.learn(`ok:client:body.${one.value}`, { sure: false, place, why });
  if (nouns.size === 0 && WHOSE.test(name)) machine.learn("opaque:scope", { sure: false, place, why });
}
/** Whose it is, or who belongs to it: of what, the name does not say. */
const WHOSE = /\bown(?=[A-Z_]|$)|Own(?=[A-Z_]|$)|owner|access|member|belongs/i;

function mayUse(machine: Machine, noun: string, why: string, place: Place): void {
  for (const ending of ["Id", "Slug", ""])
    machine.learn(`ok:client:body.${noun}${ending}`, { sure: false, place, why });
}

/** zsa: `createServerActionProcedure(parent).handler(fn)`: what each function answers is the context of the next. */
function zsaProcedures(chain: Chain): Value[] {
  const calls = callsOf(chain);
  const [made] = calls;
  const [parent] = made?.args ?? [];
  const before = parent?.k === "chain" ? zsaProcedures(parent) : [];
  const fn = calls.find((call) => call.name === "handler")?.args.find((arg) => arg.k === "closure");
  return fn === undefined ? before : [...before, { k: "derived", op: "zsa-procedure", args: [fn], place: chain.place }];
}

/** `.input(base).input(own)`: what each of them names is as it says; where one is not seen there may be more. */
function shapedBy(schemas: readonly Value[], whole: Extract<Value, { k: "client" }>): Value {
  const shapes = schemas.map((schema) => fromSchema(schema, whole, 0));
  const [first = whole] = shapes;
  if (shapes.length < 2) return first;
  const seen = shapes.filter((one) => one.k === "struct");
  return {
    k: "struct",
    props: new Map(seen.flatMap(({ props }) => [...props])),
    spreads: seen.length < shapes.length ? [whole] : [],
    node: null,
  };
}

/** Beside `initTRPC` stands the function that makes the context: what it puts there is there. */
function makesContext(machine: Machine, chain: Chain): boolean {
  return chain.steps.some(
    (step) =>
      step.kind !== "member" &&
      /create\w*Context|typeof\s+\w*[cC]ontext/.test(machine.project.file(step.place.file)?.text ?? ""),
  );
}

function bag(context: Value, input: Value, next?: Value): Value {
  const props = new Map<string, Value>([
    ["ctx", context],
    ["context", context],
    ["input", input],
    ["parsedInput", input],
    ["rawInput", input],
    ["clientInput", input],
    ["bindArgsParsedInputs", input],
    ["getRawInput", input],
  ]);
  if (next !== undefined) props.set("next", next);
  return { k: "struct", props, spreads: context.k === "request" ? [context] : [], node: null };
}

/** What middleware adds stands before what was there. */
function merge(added: Value, context: Value): Value {
  if (added.k !== "struct") return added;
  return { ...added, spreads: [...added.spreads, context] };
}

function functionOf(value: Value): Value | null {
  if (value.k === "closure") return value;
  if (value.k === "chain") {
    const inner = callsOf(value)
      .at(-1)
      ?.args.find((arg) => arg.k === "closure");
    return inner ?? null;
  }
  return null;
}

function nameOf(value: Value): string {
  if (value.k === "foreign" || value.k === "opaque") return value.k === "foreign" ? nameOfRoot(value) : value.name;
  if (value.k === "chain") return namesOf(value).join("");
  return "";
}

function isAny(schema: Value | undefined): boolean {
  return (
    schema?.k === "chain" &&
    callsOf(schema).some((call) => call.name === "any" || call.name === "unknown") &&
    callsOf(schema).length === 1
  );
}

function isCalledPublic(chain: Chain): boolean {
  return namesOf(chain)
    .filter((name) => BUILDER.test(name))
    .flatMap(wordsOf)
    .some((word) => /^(?:public|open|unauthed|unauthenticated|anonymous|anon|guest)$/.test(word));
}

function baseOf(chain: Chain): "open" | "guarded" | "unknown" {
  const names = namesOf(chain);
  const words = names
    .filter((name, at) => at === 0 || BUILDER.test(name) || /procedure|action|client/i.test(name))
    .flatMap(wordsOf);
  if (
    words.some((word) =>
      /^(?:protected|authed|authenticated|auth|private|user|admin|owner|org|organization|organisation|team|workspace|member|logged|signed|secure|secured|session|staff|tenant|verified|operator|support|superadmin|employee|customer|account|company|person|internal|license|enterprise|authorized|permission)$/.test(
        word,
      ),
    )
  )
    return "guarded";
  if (words.some((word) => /^(?:public|open|unauthed|unauthenticated|base|anonymous|anon|guest)$/.test(word)))
    return "open";
  if (
    names.includes("procedure") ||
    names.some((name) => /^(?:initTRPC|createSafeActionClient|createServerAction|os)$/.test(name))
  )
    return "open";
  return "unknown";
}
