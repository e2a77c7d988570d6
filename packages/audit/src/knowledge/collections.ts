import { push } from "../interpret/bounded.ts";
import { heldForRole } from "../interpret/by-role.ts";
import { elementOf } from "../interpret/element-of.ts";
import { choose, join, type State, withFacts } from "../interpret/state.ts";
import { suppose } from "../interpret/suppose.ts";
import { Facts } from "../values/facts.ts";
import { FALSE, LEFT_OUT, opaque, TRUE, UNDEFINED, type Value } from "../values/value.ts";
import type { UnseenCall } from "./call.ts";

const WITH_CALLBACK = /^(?:map|filter|forEach|some|every|find|findLast|findIndex|flatMap|reduce|sort|toSorted)$/;
/** `rows.map(presentUser)`: what is answered is what that makes of each. */
const PRESENTS =
  /^(?:present|serializ|serialis|format|sanitiz|sanitis|redact|strip|shape|clean|safe|public|expose|render|to[A-Z]|as[A-Z]|map[A-Z]|pick)|(?:View|Dto|DTO|Json|JSON|Response|Public|Presenter|Serializer)$/;
const SAME = /^(?:slice|reverse|flat|concat|values|toReversed|sort|toSorted|splice|filter|at|pop|shift|entries)$/;

/** Methods of arrays, sets and maps; what they hold may be a query's rows or what the client sent. */
export function collections(call: UnseenCall): Value | undefined {
  const { machine, method, args, place, receiver } = call;
  // What is left of a body after some names were taken out is whatever else the client sent.
  if (/^(?:omit|omitBy|omitDeep)$/.test(method) && args[0]?.k === "client") return args[0];
  if (receiver === null || receiver.k === "foreign" || receiver.k === "request" || call.isNew) return undefined;
  const [first] = args;
  if (WITH_CALLBACK.test(method) && (first?.k === "closure" || first?.k === "foreign" || first?.k === "chain")) {
    // A collection of a database library has methods of the same names, never with a function.
    if (first.k === "closure" && first.node.async && /^(?:filter|some|every|find|findLast|findIndex)$/.test(method))
      machine.record({
        kind: "call",
        name: "async-predicate",
        path: method,
        origin: "global",
        args: [],
        awaited: false,
        result: first,
        place,
      });
    if (method === "map" && receiver.k === "rows" && first.k === "foreign" && PRESENTS.test(first.name))
      return {
        k: "list",
        items: [
          { k: "chain", root: first, steps: [{ kind: "call", args: [elementOf(machine, receiver)], place }], place },
        ],
      };
    if (first.k !== "closure") {
      // `rows.map(toPublic)`: what it makes of each is not seen.
      if (method === "map" && receiver.k === "rows" && !(first.k === "foreign" && first.origin === "global"))
        return { k: "derived", op: "mapped", args: [receiver], place };
      return method === "filter" || method === "map" ? receiver : undefined;
    }
    return iterate(call, receiver, first);
  }
  if (
    (method === "includes" || method === "has" || method === "indexOf") &&
    first !== undefined &&
    receiver.k !== "chain" &&
    receiver.k !== "opaque"
  ) {
    if (receiver.k === "client" && receiver.path === "" && method === "has") return undefined;
    if (receiver.k === "literal" && first.k === "literal")
      return String(receiver.value).includes(String(first.value)) ? TRUE : FALSE;
    return { k: "derived", op: "includes", args: [receiver, first], place };
  }
  if ((method === "includes" || method === "has") && first !== undefined && receiver.k === "chain") {
    return { k: "derived", op: "includes", args: [receiver, first], place };
  }
  if (receiver.k === "list" && first !== undefined) {
    if (method === "set" && args[1] !== undefined && receiver.items.length <= 40) {
      push(machine, receiver, [{ k: "list", items: [first, args[1]] }]);
      return receiver;
    }
    if (method === "get") {
      // `new Map([[name, value], …]).get(…)`: one of its values, or nothing.
      const held = receiver.items.flatMap((item) =>
        item.k === "list" && item.items.length === 2 ? [item.items[1]] : [],
      );
      if (held.length > 0 && held.length === receiver.items.length) {
        const found = choose(
          [...held, UNDEFINED].flatMap((value) => (value === undefined ? [] : [{ value, facts: Facts.none }])),
        );
        return heldForRole(first, receiver, found, place) ?? found;
      }
    }
  }
  if (method === "join" && (receiver.k === "list" || receiver.k === "client" || receiver.k === "rows"))
    return { k: "derived", op: "join", args: [receiver, ...args], place };
  // A map of the program's own: what is found in it by a credential is no answer to who is calling.
  if (receiver.k === "list" && method === "get") return elementOf(machine, receiver);
  if (method === "push" || method === "add" || method === "unshift")
    return receiver.k === "chain" && receiver.root.k === "foreign" ? undefined : pushed(call, receiver);
  if (
    SAME.test(method) &&
    (receiver.k === "list" || receiver.k === "rows" || receiver.k === "client" || receiver.k === "derived")
  ) {
    return method === "at" || method === "pop" || method === "shift" ? elementOf(machine, receiver) : receiver;
  }
  return undefined;
}

function iterate(call: UnseenCall, receiver: Value, callback: Value): Value {
  const { machine, method, place, args } = call;
  const before = machine.state;
  if (
    (method === "some" || method === "every") &&
    receiver.k === "list" &&
    receiver.items.length > 0 &&
    receiver.items.length <= 24 &&
    receiver.items.every((item) => item.k === "literal")
  ) {
    const answers = receiver.items.map((item) => {
      machine.state = before;
      return machine.invoke(callback, [item, opaque("index"), receiver], place);
    });
    machine.state = before;
    const known = answers.flatMap((one) => (one.k === "literal" ? [Boolean(one.value)] : []));
    if (method === "some" ? known.includes(true) : known.includes(false)) return method === "some" ? TRUE : FALSE;
    if (known.length === answers.length) return method === "some" ? FALSE : TRUE;
  }
  const element = elementOf(machine, receiver);
  if (method === "reduce") {
    const start = args[1] ?? element;
    const value = machine.invoke(callback, [start, element, opaque("index")], place);
    machine.state = join(before, machine.state);
    return choose([
      { value: start, facts: Facts.none },
      { value, facts: Facts.none },
    ]);
  }
  const value = machine.invoke(callback, [element, opaque("index"), receiver], place);
  const after = machine.state;
  // An async test answers a promise, which is always truthy.
  if (value.k === "pending" && /^(?:some|every|find|filter|findIndex|findLast)$/.test(method))
    machine.record({ kind: "test", value, denies: "yes", consequent: null, place });
  switch (method) {
    case "some":
    case "every": {
      machine.state = before;
      // Where it answers true for one there is one: what reading it has shown holds.
      const shown = method === "some" ? learnt(before, after, value) : Facts.none;
      const told: Value =
        shown.size === 0
          ? value
          : {
              k: "choice",
              alternatives: [
                { value, facts: shown },
                { value: FALSE, facts: Facts.none },
              ],
            };
      return receiver.k === "rows" && value.k !== "pending"
        ? { k: "derived", op: `${method}-of`, args: [told, receiver], place }
        : told;
    }
    case "find":
    case "findLast": {
      machine.state = before;
      if (before === null) return UNDEFINED;
      const found = suppose(value, true, withFacts(before, before.facts.and(learnt(before, after, value))));
      return choose([
        { value: element, facts: found === null ? Facts.none : found.facts.beyond(before.facts) },
        { value: UNDEFINED, facts: Facts.none },
      ]);
    }
    case "filter": {
      machine.state = before;
      if (before === null) return UNDEFINED;
      const kept = suppose(value, true, withFacts(before, before.facts.and(learnt(before, after, value))));
      const facts = kept === null ? Facts.none : kept.facts.beyond(before.facts);
      return facts.size === 0
        ? receiver
        : {
            k: "list",
            items: [
              choose([
                { value: element, facts },
                { value: element, facts },
              ]),
            ],
          };
    }
    case "map":
    case "flatMap": {
      // A list of promises is awaited together: what each proves holds of every element.
      const shown =
        value.k === "pending" ? value.facts : (after?.facts ?? Facts.none).beyond(before?.facts ?? Facts.none);
      machine.state = after === null ? before : withFacts(after, before?.facts ?? Facts.none);
      return { k: "list", items: [value.k === "pending" ? { ...value, facts: elementFacts(shown) } : value] };
    }
    case "forEach":
      machine.state = join(before, after);
      if (machine.state !== null && after !== null && before !== null)
        machine.assume(elementFacts(after.facts.beyond(before.facts)));
      return UNDEFINED;
    default:
      machine.state = join(before, after);
      return method === "findIndex" ? opaque("index") : receiver;
  }
}

/** What a callback has found out by running at all; what is promised is not awaited. */
function learnt(before: State | null, after: State | null, value: Value): Facts {
  return before === null || after === null || value.k === "pending" ? Facts.none : after.facts.beyond(before.facts);
}

function elementFacts(facts: Facts): Facts {
  let kept = Facts.none;
  for (const [name, evidence] of facts.entries()) if (name.includes("[]")) kept = kept.with(name, evidence);
  return kept;
}

/** `conditions.push(eq(t.orgId, orgId))`: what a list holds grows. */
function pushed(call: UnseenCall, receiver: Value): Value | undefined {
  if (receiver.k !== "list" || receiver.items.length > 40) return undefined;
  const { machine } = call;
  const asked = machine.facts.beyond(receiver.madeUnder ?? machine.facts);
  const wanted = [...asked.entries()].some(([name]) => name.startsWith("set:client:"));
  push(
    machine,
    receiver,
    call.args
      .filter((arg) => arg !== receiver)
      .map((arg) => (arg.k === "pending" ? machine.consume(arg, call.place) : arg))
      .map((arg) => (wanted ? onlyIf(asked, arg) : arg)),
  );
  return opaque("length");
}

/** `if (query.mine) conditions.push(mine)`: it is among them where the client asked for it. */
function onlyIf(facts: Facts, value: Value): Value {
  return choose([
    { value, facts },
    { value: LEFT_OUT, facts: Facts.none },
  ]);
}
