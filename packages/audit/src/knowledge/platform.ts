import { imported } from "../interpret/module-value.ts";
import { elementOf } from "../interpret/element-of.ts";
import { Facts } from "../values/facts.ts";
import { alternative, choose, join } from "../interpret/state.ts";
import { client, opaque, UNDEFINED, type Value } from "../values/value.ts";
import type { UnseenCall } from "./call.ts";
import { takenApart } from "./decoded-tokens.ts";

const PURE: Readonly<Record<string, string>> = {
  String: "string",
  Number: "number",
  Boolean: "boolean",
  parseInt: "number",
  parseFloat: "number",
  BigInt: "number",
  encodeURIComponent: "encoded",
  decodeURIComponent: "string",
  structuredClone: "copy",
  atob: "string",
  encodeURI: "encoded",
};

/** What the language and every runtime bring. */
export function platform(call: UnseenCall): Value | undefined {
  const { machine, root, names, args, place, method, receiver } = call;
  const [first] = args;
  if (root.k === "foreign" && root.origin === "global") {
    if (names.length === 0) {
      if (call.isNew) return root.name === "Function" || root.name === "Response" ? undefined : makeNew(call);
      const pure = PURE[root.name];
      if (pure !== undefined)
        return first === undefined ? opaque(root.name) : { k: "derived", op: pure, args: [first], place };
      if (
        root.name === "setTimeout" ||
        root.name === "setInterval" ||
        root.name === "queueMicrotask" ||
        root.name === "setImmediate"
      ) {
        if (first !== undefined) later(call, first);
        return opaque(root.name);
      }
      if (root.name === "require")
        return first?.k === "literal" && typeof first.value === "string"
          ? imported(machine, place.file, first.value, "require")
          : opaque("require");
    }
    const path = `${root.name}.${names.join(".")}`;
    if (path === "JSON.parse" && first !== undefined && isCached(first))
      return { k: "derived", op: "cached", args: [], place };
    const claims = path === "JSON.parse" && first !== undefined ? takenApart(call, first) : null;
    if (claims !== null) return claims;
    switch (path) {
      case "JSON.parse":
      case "JSON.stringify":
        return first === undefined
          ? UNDEFINED
          : path === "JSON.parse" && first.k === "client"
            ? first
            : { k: "derived", op: method, args: [first], place };
      // What an object has says nothing of who asks.
      case "Object.hasOwn":
      case "Object.prototype.hasOwnProperty.call":
        return first === undefined || args[1] === undefined
          ? UNDEFINED
          : { k: "derived", op: "in", args: [args[1], first], place };
      case "Object.keys":
        return first === undefined ? UNDEFINED : { k: "derived", op: "keys", args: [first], place };
      case "Object.values":
      case "Object.entries":
      case "Object.fromEntries":
      case "Array.from":
      case "Object.freeze":
      case "structuredClone":
        return first === undefined
          ? UNDEFINED
          : path === "Array.from" && args[1]?.k === "closure"
            ? { k: "list", items: [machine.invoke(args[1], [elementOf(machine, first)], place)] }
            : first.k === "client" || first.k === "rows" || first.k === "list" || path === "Object.freeze"
              ? first
              : { k: "derived", op: "copy", args: [first], place };
      case "Object.assign":
        if (first?.k === "rows" || first?.k === "chain" || first?.k === "principal")
          for (const given of args.slice(1)) machine.record({ kind: "assign", value: given, place });
        if (first?.k === "rows") machine.record({ kind: "change", row: first, place });
        return {
          k: "struct",
          props: new Map(args.flatMap((arg) => (arg.k === "struct" ? [...arg.props] : []))),
          spreads: args.flatMap((arg) => (arg.k === "struct" ? arg.spreads : [arg])),
          node: null,
        };
      case "Array.isArray":
        return first === undefined ? UNDEFINED : { k: "derived", op: "is-type", args: [first], place };
      case "Number.isInteger":
      case "Number.isSafeInteger":
      case "Number.isFinite":
        return first === undefined ? UNDEFINED : { k: "derived", op: "is-type", args: [first], place };
      case "Number.parseInt":
      case "Number.parseFloat":
        return first === undefined ? UNDEFINED : { k: "derived", op: "number", args: [first], place };
      case "Promise.all":
      case "Promise.allSettled":
      case "Promise.race":
      case "Promise.any": {
        if (first === undefined) return UNDEFINED;
        return path === "Promise.all" ? together(call, first) : machine.consume(first, place);
      }
      case "Promise.resolve":
        return first ?? UNDEFINED;
      case "Promise.reject":
        return { k: "pending", value: UNDEFINED, facts: Facts.none, dead: true };
      case "process.exit":
        machine.state = null;
        return UNDEFINED;
      case "Buffer.from":
      case "Buffer.concat":
      case "TextEncoder.encode":
      case "TextDecoder.decode":
        return first === undefined ? UNDEFINED : { k: "derived", op: "bytes", args: [first], place };
      default:
    }
    if (root.name === "Math" && method !== "random" && args.length > 0)
      return { k: "derived", op: "number", args, place };
    if (root.name === "Math" || root.name === "Date" || root.name === "performance" || root.name === "Intl")
      return opaque(path);
    if (root.name === "crypto" && /^(?:randomUUID|getRandomValues|randomBytes)$/.test(method))
      return { k: "derived", op: "random", args: [], place };
  }
  if (receiver?.k === "closure" && method === "bind") return receiver;
  if (receiver?.k === "closure" && method === "call") return machine.invoke(receiver, args.slice(1), place);
  if (
    receiver !== null &&
    receiver.k !== "foreign" &&
    receiver.k !== "request" &&
    /^(?:then|catch|finally)$/.test(method)
  )
    return promised(call, receiver);
  return undefined;
}

function together(call: UnseenCall, list: Value): Value {
  const { machine, place } = call;
  return machine.consume(list, place);
}

function makeNew(call: UnseenCall): Value {
  const { root, args, place } = call;
  const [first] = args;
  if (root.k !== "foreign") return opaque("new");
  switch (root.name) {
    case "URL":
      if (first?.k === "client" && first.part === "url") return first;
      return first === undefined ? opaque("URL") : { k: "derived", op: "url", args, place };
    case "URLSearchParams":
      return first?.k === "client"
        ? client("url", "searchParams")
        : first === undefined
          ? opaque("URLSearchParams")
          : { k: "derived", op: "url", args, place };
    case "Set":
    case "Map":
      return first ?? { k: "list", items: [] };
    case "Headers":
      return first?.k === "client" && first.part === "header" ? first : call.chain;
    case "Uint8Array":
      return first === undefined ? opaque("bytes") : { k: "derived", op: "bytes", args: [first], place };
    case "Date":
      return first === undefined ? opaque("Date") : { k: "derived", op: "number", args: [first], place };
    case "Error":
    case "TypeError":
    case "RangeError":
      return { k: "derived", op: "error", args, place };
    case "Promise": {
      if (first?.k !== "closure") return opaque("Promise");
      return promiseOf(call, first);
    }
    default:
      return call.chain;
  }
}

/** `new Promise((resolve, reject) => …)`: what it was resolved with, and what was known there. */
function promiseOf({ machine, place }: UnseenCall, executor: Value): Value {
  const before = machine.state;
  const kept: { value: Value; facts: Facts }[] = [];
  const resolve: Value = {
    k: "continuation",
    run: ([value = UNDEFINED]) => {
      kept.push({ value, facts: machine.facts });
      return UNDEFINED;
    },
  };
  const reject: Value = {
    k: "continuation",
    run: () => {
      machine.state = null;
      return UNDEFINED;
    },
  };
  machine.invoke(executor, [resolve, reject], place);
  machine.state = before;
  const [one, ...more] = kept;
  if (one === undefined || before === null) return opaque("Promise");
  const common = more.reduce((all, { facts }) => all.or(facts), one.facts);
  const value = more.length === 0 ? one.value : choose(kept.map((each) => alternative(each.value, each.facts, common)));
  return { k: "pending", value, facts: common.beyond(before.facts), dead: false };
}

/** Run at another time: what it proves is nothing to the code that goes on. */
function later(call: UnseenCall, callback: Value): void {
  const { machine } = call;
  const before = machine.state;
  machine.invoke(callback, [], call.place);
  machine.state = before;
}

function promised(call: UnseenCall, receiver: Value): Value {
  const { machine, method, args, place } = call;
  const [callback] = args;
  const before = machine.state;
  const value = machine.consume(receiver, place);
  if (callback === undefined) return value;
  if (method === "catch") {
    const after = machine.state;
    machine.state = before;
    const recovered = machine.invoke(callback, [{ k: "caught", path: "", place }], place);
    const caught = machine.state;
    // What the promise showed holds only where it kept its word.
    machine.state = join(after, caught);
    if (caught === null) return value;
    if (after === null) return recovered;
    const common = machine.facts;
    return choose([alternative(value, after.facts, common), alternative(recovered, caught.facts, common)]);
  }
  if (method === "finally") {
    machine.invoke(callback, [], place);
    return value;
  }
  return machine.state === null ? UNDEFINED : machine.consume(machine.invoke(callback, [value], place), place);
}

/** Read from a cache: what was put there, once. */
function isCached(value: Value): boolean {
  if (value.k !== "chain") return false;
  const words = [
    value.root.k === "foreign" || value.root.k === "opaque" ? value.root.name : "",
    ...value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : [])),
  ].join(".");
  return /redis|cache|kv|memcache|store|upstash/i.test(words) && /(?:^|\.)(?:get|hget|getItem|getex)$/i.test(words);
}
