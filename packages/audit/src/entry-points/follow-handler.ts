import type { Machine } from "../interpret/machine.ts";
import { callsOf } from "../knowledge/databases/chain.ts";
import { nameOfRoot, packageOf } from "../knowledge/call.ts";
import { isCallerName, nameKind, wordsOf } from "../knowledge/names.ts";
import { asksForRights, isToldRights } from "../knowledge/staff.ts";
import { followProcedure, isProcedure } from "./follow-procedure.ts";
import { client, type Place, type Value } from "../values/value.ts";

export const REQUEST: Value = { k: "request", path: "", authenticated: false };
export const WRITER: Value = { k: "response-writer", status: null };

/** Runs a handler as its framework would, through the wrappers around it, and records what it gives back. */
export function followHandler(machine: Machine, handler: Value, args: readonly Value[], place: Place): void {
  const value = run(machine, handler, args, place);
  if (machine.state !== null) {
    const sent = machine.consume(value, place);
    const told = machine.operations.some((one) => one.kind === "return" && one.place.node !== place.node);
    if (sent.k !== "response" && !told) machine.record({ kind: "return", value: sent, place });
  }
}

export function run(machine: Machine, handler: Value, args: readonly Value[], place: Place): Value {
  switch (handler.k) {
    case "closure":
      byRequestType(machine, handler, place);
      machine.answering = handler.node;
      return machine.consume(machine.invoke(handler, args, place), place);
    case "continuation":
      return machine.consume(machine.invoke(handler, args, place), place);
    case "choice": {
      const first = handler.alternatives.find((one) => one.value.k !== "literal");
      return first === undefined ? handler : run(machine, first.value, args, place);
    }
    case "chain":
      if (isProcedure(handler)) return followProcedure(machine, handler, place);
      return throughWrappers(machine, handler, args, place);
    case "foreign":
    case "opaque":
      machine.unknowns.add(`${nameOfRoot(handler)} is not in the tree`);
      return handler;
    default:
      return handler;
  }
}

/** `(req: AuthenticatedRequest)`: the type says that somebody is known by the time the handler runs. */
function byRequestType(machine: Machine, { node }: Extract<Value, { k: "closure" }>, place: Place): void {
  const [first] = node.params;
  const type = first?.type === "Identifier" ? first.typeAnnotation?.typeAnnotation : undefined;
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return;
  const { name } = type.typeName;
  if (
    !/^(?:Authenticated|Authed|Authorized|Protected)\w*Request$|^(?:User|Auth\w*|Protected|Logged\w*|Session)(?:Ctx|Context)$|^\w*Request(?:With|Auth)\w*(?:User|Auth|Session|Authenticated)?$/.test(
      name,
    )
  )
    return;
  machine.learn("opaque:auth", {
    sure: false,
    place,
    why: `${name} says that the caller is known, and what sees to it is not in the tree`,
  });
}

/** What a wrapper that is not seen hands over as the client's own. */
const IS_INPUT = /^(?:data|input|values|payload|body|form\w*|params|args|parsed\w*|dto)$/;

/** `withUser(schema, async (data, _, user) => …)`: what the wrapper hands over under that name. */
function caller(origin: Place): Value {
  return { k: "principal", path: "", sure: false, origin };
}

/** `validatedAction(schema, fn)`: what the handler is handed has been looked at. */
function isSchema(value: Value): boolean {
  if (value.k === "foreign") return /schema$/i.test(value.name);
  return (
    value.k === "chain" &&
    (/^(?:zod|valibot|yup|joi|arktype|superstruct|zod-form-data|effect)$/.test(packageOf(value.root)) ||
      /schema$/i.test(nameOfRoot(value.root)))
  );
}

/** Wrappers that are not in the tree are told apart by their names; each is given its handler. */
function throughWrappers(
  machine: Machine,
  chain: Extract<Value, { k: "chain" }>,
  args: readonly Value[],
  place: Place,
): Value {
  const names = [nameOfRoot(chain.root), ...chain.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []))];
  machine.absent = null;
  if (chain.root.k === "closure" && names.at(-1) === "bind") return run(machine, chain.root, args, place);
  const told = callsOf(chain).flatMap((call) => call.args);
  let authenticated = false;
  let plain = false;
  if (packageOf(chain.root) === "@upstash/qstash" && names.some((name) => name.startsWith("verifySignature"))) {
    machine.learn("signature", { sure: true, place, why: "the library verified the signature" });
    plain = true;
  }
  for (const name of names) {
    const kind = nameKind(name);
    if (
      kind === "guards" ||
      kind === "asserts" ||
      machine.project.names.auth.has(name) ||
      (kind === "identity" && name !== "auth")
    ) {
      authenticated = true;
      const rights =
        asksForRights(name) ||
        isToldRights(told) ||
        wordsOf(name).some((word) => /^(?:team|workspace|org|organization)$/.test(word));
      machine.learn("auth", { sure: false, place, why: `${name} is taken for a check by its name` });
      if (rights) machine.learn("role", { sure: false, place, why: `${name} is taken for a check by its name` });
    } else if (kind === "wraps" || kind === "validates") plain = true;
  }
  if (!authenticated && !plain && chain.steps.length > 0) {
    machine.learn("opaque:auth", {
      sure: false,
      place,
      why: `${names.filter((name) => name !== "").join(".")} wraps the handler and is not in the tree`,
    });
  }
  const bag: Value = { k: "request", path: "", authenticated };
  const shaped = plain || told.some(isSchema);
  const options = told.find(
    (arg) => arg.k === "struct" && (arg.props.has("handler") || arg.props.has("run") || arg.props.has("action")),
  );
  if (options?.k === "struct") {
    if (
      [...options.props.keys()].some((name) =>
        /^(?:auth|authenticated|requireAuth|protected|roles?|permissions?|requiredPermissions|guard|middleware|middlewares|use)$/.test(
          name,
        ),
      )
    ) {
      machine.learn("auth", { sure: false, place, why: "the wrapper was told to authenticate" });
    }
    const handler = options.props.get("handler") ?? options.props.get("run") ?? options.props.get("action");
    if (handler !== undefined) return run(machine, handler, [bag, bag, bag], place);
  }
  if (options === undefined && byMethod(machine, told, args, place)) return chain;
  for (const arg of told.toReversed()) {
    if (arg.k === "closure")
      return run(
        machine,
        arg,
        authenticated
          ? arg.node.params.map((parameter, at) =>
              at === 0 && parameter.type === "Identifier" && IS_INPUT.test(parameter.name)
                ? client("body", "", shaped)
                : at > 0 && parameter.type === "Identifier" && isCallerName(parameter.name)
                  ? caller(place)
                  : at === 1 && args[1]?.k === "response-writer"
                    ? args[1]
                    : bag,
            )
          : [args[0] ?? bag, besides(args[1], bag), bag],
        place,
      );
    if (arg.k === "chain" && callsOf(arg).length > 0) {
      const inner = run(machine, arg, args, place);
      if (inner !== arg) return inner;
    }
  }
  machine.unknowns.add(`${names.filter((name) => name !== "").join(".")} is not in the tree`);
  return chain;
}

/** `checkAuth(async (request, { params, jwtPayload }) => …)`: beside what the framework hands over, the wrapper may tell who calls. */
function besides(arg: Value | undefined, bag: Value): Value {
  if (arg?.k !== "struct") return arg ?? bag;
  return arg.spreads.length === 0 ? { ...arg, spreads: [bag] } : arg;
}

/** `defaultHandler({ GET: Promise.resolve({ default: get }), POST: post })`: each of them answers for its method. */
function byMethod(machine: Machine, told: readonly Value[], args: readonly Value[], place: Place): boolean {
  const [only, ...more] = told;
  if (only?.k !== "struct" || more.length > 0 || only.props.size === 0) return false;
  const methods = [...only.props].filter(([name]) => METHOD.test(name));
  if (methods.length !== only.props.size) return false;
  const before = machine.state;
  for (const [, told] of methods) {
    const held = told.k === "pending" ? told.value : told;
    const handler = held.k === "struct" ? held.props.get("default") : held;
    if (handler?.k !== "closure" && handler?.k !== "chain") continue;
    machine.state = before;
    run(machine, handler, args, place);
  }
  machine.state = before;
  return true;
}
const METHOD = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|get|post|put|patch|delete)$/;
