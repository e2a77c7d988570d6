import type { Node } from "oxc-parser";
import { isRefusalName } from "../knowledge/names.ts";
import { callerMember, requestMember } from "../knowledge/request.ts";
import { parsedOf } from "./of-parsed.ts";
import { orNobody } from "./or-nobody.ts";
import { DENIED, opaque, THROWN, UNDEFINED, type Place, type Value } from "../values/value.ts";
import { isOfRole, memberOfRole } from "./by-role.ts";
import { isBuilt } from "./building.ts";
import { bindMethod, fieldOf } from "./class.ts";
import { settled } from "./consume.ts";
import type { Machine } from "./machine.ts";
import { exportedValue } from "./module-value.ts";
import type { Scope } from "./scope.ts";
import { choose, withFacts } from "./state.ts";
import { knowPrincipal, knowRow } from "./learn.ts";
import { noteUntested, noteUntestedRow } from "./note-untested.ts";
import { suppose } from "./suppose.ts";
import { Facts } from "../values/facts.ts";

/** The name of a member or property; `*` when it is computed from what is not known. */
export function propertyName(
  machine: Machine,
  node: { readonly computed?: boolean; readonly object?: Node; readonly property?: Node; readonly key?: Node },
  scope: Scope,
): string {
  const key = node.property ?? node.key;
  if (key === undefined) return "*";
  if (node.computed !== true) {
    if (key.type === "Identifier" || key.type === "PrivateIdentifier") return key.name;
    if (key.type === "Literal") return String(key.value);
  }
  const value = machine.evaluate(key, scope);
  if (value.k === "literal") return String(value.value);
  if (
    (value.k === "client" || value.k === "choice" || value.k === "rows") &&
    node.property !== undefined &&
    node.object?.type === "Identifier"
  )
    machine.record({ kind: "pick", table: node.object.name, by: value, place: { file: scope.file, node: key } });
  return "*";
}

/**
 * `object.name`. A member of nothing throws, so where it is not read with `?.` the object is there from here on; with
 * `quiet` (optional chaining, patterns) nothing is learnt.
 */
export function memberOf(machine: Machine, from: Value, name: string, place: Place, quiet: boolean): Value {
  const object = settled(machine, from);
  switch (object.k) {
    case "struct": {
      const found = object.props.get(name);
      if (found !== undefined) return found;
      const [spread] = object.spreads;
      if (spread !== undefined) return memberOf(machine, spread, name, place, true);
      return object.node?.type === "JSXElement"
        ? opaque(name)
        : name === "*"
          ? (anyOf(object) ?? opaque(name))
          : chainMember(object, name, place, UNDEFINED);
    }
    case "literal":
      if (typeof object.value === "string")
        return name === "length"
          ? { k: "literal", value: object.value.length }
          : chainMember(object, name, place, null);
      if ((object.value === null || object.value === undefined) && !quiet) {
        // What a callback or a wrapper that is not seen would have put there: of a program that runs, something was.
        if (object === UNDEFINED) return opaque(name);
        machine.state = null;
      }
      return UNDEFINED;
    case "list": {
      const at = Number(name);
      if (Number.isInteger(at)) {
        const [first = UNDEFINED] = object.items;
        // One element stands for all there are, and there may be no more than one.
        return (
          object.items[at] ??
          (object.items.length === 1
            ? choose([
                { value: first, facts: Facts.none },
                { value: UNDEFINED, facts: Facts.none },
              ])
            : UNDEFINED)
        );
      }
      // `new Set(ids).size`
      if (name === "length" || name === "size") return { k: "derived", op: "length", args: [object], place };
      return chainMember(object, name, place, null);
    }
    case "principal":
      // Reading a member of nobody throws, which stops a stranger; it is no test, and nothing is proved by it.
      if (!quiet && machine.state !== null)
        machine.state = withFacts(machine.state, knowPrincipal({ ...object, sure: false }, machine.state.facts));
      return callerMember(object, name, place);
    case "rows": {
      if (name === "length" || name === "size") return { k: "derived", op: "length", args: [object], place };
      // `if (note && note.author !== me) throw …; await note.remove()`: there is one, and then it was theirs.
      if (!quiet && object.path === "" && machine.state?.facts.mayImply === true)
        machine.state = suppose(object, true, machine.state) ?? machine.state;
      if (ARRAY_METHOD.test(name) || DOCUMENT_METHOD.test(name) || (object.path !== "" && VALUE_METHOD.test(name)))
        return chainMember(object, name, place, null);
      // A column that was not asked for is not there.
      if (
        (object.path === "" || object.path === "[]") &&
        object.query.library === "prisma" &&
        object.query.selected !== null &&
        !object.query.selected.includes(name) &&
        !/^(?:\d+|\*|\[\]|_count)$/.test(name)
      )
        return UNDEFINED;
      if (!quiet) noteUntestedRow(machine, object, place);
      if (!quiet && object.query.verb !== "list" && machine.state !== null)
        machine.state = withFacts(machine.state, knowRow(object, machine.state.facts));
      return { ...object, path: deeper(object.path, /^\d+$/.test(name) ? "[]" : name) };
    }
    case "client":
      if (object.part === "url" && name === "pathname" && machine.pathname !== null)
        return { k: "literal", value: machine.pathname };
      if (name === "length" || name === "size") return { k: "derived", op: "length", args: [object], place };
      if (
        STRING_METHOD.test(name) ||
        ARRAY_METHOD.test(name) ||
        (CONTAINER_METHOD.test(name) && /(?:^|\.)(?:|searchParams|headers|cookies)$/.test(object.path))
      )
        return chainMember(object, name, place, null);
      return { ...object, path: deeper(object.path, /^\d+$/.test(name) ? "[]" : name) };
    case "request": {
      if (machine.pathname !== null && /^(?:path|pathname)$/.test(name))
        return { k: "literal", value: machine.pathname };
      const attached = machine.state?.attached.get(object.path === "" ? name : `${object.path}.${name}`);
      return attached ?? orNobody(machine, requestMember(object, name, place));
    }
    case "caught":
      if (name === "toString") return chainMember(object, name, place, null);
      return { ...object, path: deeper(object.path, name) };
    case "choice": {
      const there = object.alternatives.filter((one) => !isNothing(one.value));
      if (there.length === 0) {
        if (!quiet) machine.state = null;
        return UNDEFINED;
      }
      if (!quiet) noteUntested(machine, object, place);
      if (!quiet && machine.state !== null) {
        // Whichever it is, it is there: what all of them show holds.
        const { facts } = machine.state;
        const shown = there.map((one) => {
          const known = facts.and(one.facts);
          return one.value.k === "principal"
            ? knowPrincipal({ ...one.value, sure: false }, known)
            : one.value.k === "rows"
              ? knowRow(one.value, known)
              : known;
        });
        const [first, ...rest] = shown;
        if (first !== undefined) machine.assume(rest.reduce((all, one) => all.or(one), first));
      }
      // A client that is made when first asked for: whichever it is, it is that client.
      if (
        !isBuilt(object) &&
        there.every(({ value }) => value.k === "chain" || value.k === "foreign" || value.k === "opaque")
      ) {
        const seen = there.find(({ value }) => value.k !== "opaque") ?? there[0];
        if (seen !== undefined && there.every(({ facts }) => saysOnlyOfSettings(facts)))
          return memberOf(machine, seen.value, name, place, quiet);
      }
      // Of what a check answers the fields are read: then it answers who it is, and no yes or no.
      const answers = there.some(({ value }) => value.k === "principal")
        ? there.filter(({ value }) => value.k !== "literal" || typeof value.value !== "boolean")
        : there;
      const kept = quiet ? object.alternatives : answers;
      return choose(
        kept.map((one) => ({
          value: isNothing(one.value)
            ? UNDEFINED
            : one.value === DENIED && isRefusalName(name)
              ? THROWN
              : memberOf(machine, one.value, name, place, true),
          facts: one.facts,
        })),
      );
    }
    case "namespace":
      return exportedValue(machine, object.file, name) ?? opaque(name);
    case "instance":
      return fieldOf(machine, object, name, place);
    case "class":
      return bindMethod(machine, object, name, true) ?? opaque(name);
    case "pending":
      if (name === "then" || name === "catch" || name === "finally") return chainMember(object, name, place, null);
      return memberOf(machine, object.value, name, place, true);
    case "foreign":
      if (object.name === "process" && name === "env")
        return { k: "foreign", from: "global", name: "process.env", origin: "global" };
      if (object.name === "process.env") return { k: "env", name };
      if (/^(?:server_?)?env(?:ironment)?$/i.test(object.name) && VARIABLE.test(name))
        return { k: "env", name, declared: true };
      if (object.name === "*" && object.origin !== "global") {
        // `require("./models/Vehicle").findById`: a model, not a function of that name; `require("./logger").warn` likewise.
        return DOCUMENT_VERB.test(name) ||
          /^[A-Z][a-z]/.test(object.local ?? "") ||
          LOGGER.test(object.from) ||
          (CLIENT.test(object.local ?? "") && !/^[A-Z]/.test(name))
          ? chainMember(object, name, place, null)
          : { ...object, name };
      }
      return chainMember(object, name, place, null);
    case "chain": {
      const last = object.steps.at(-1);
      if (
        last?.kind === "call" &&
        VARIABLE.test(name) &&
        object.root.k === "foreign" &&
        /env/i.test(`${object.root.name} ${object.root.from}`)
      )
        return { k: "env", name, declared: true };
      if (last?.kind === "member" && last.name === "env" && object.steps.length === 1 && object.root.k === "foreign") {
        if (/^(?:process|import\.meta|Bun|c)$/.test(object.root.name) || /env/i.test(object.root.name))
          return { k: "env", name };
      }
      return (
        givenTo(object, name) ??
        parsedOf(object, name) ?? { ...object, steps: [...object.steps, { kind: "member", name }] }
      );
    }
    case "response-writer":
      return name === "locals"
        ? memberOf(machine, { k: "request", path: "", authenticated: false }, "locals", place, true)
        : chainMember(object, name, place, null);
    case "response":
      return name === "status" ? (object.status ?? opaque(name)) : chainMember(object, name, place, null);
    case "env":
      return chainMember(object, name, place, null);
    case "derived":
      if (isOfRole(object) && !ARRAY_METHOD.test(name)) return memberOfRole(object, name);
      // What an option holds, where there is something.
      return object.op === "option" && name === "value"
        ? (object.args[0] ?? UNDEFINED)
        : chainMember(object, name, place, null);
    default:
      return chainMember(object, name, place, null);
  }
}

/** `DeleteThingCommand.create({ userId, thingId }).thingId`: a class that is not seen holds what it was made of. */
function givenTo({ root, steps }: Extract<Value, { k: "chain" }>, name: string): Value | null {
  const made = steps.at(-1);
  const named = steps.at(-2);
  const isMade =
    steps.length === 1
      ? made?.kind === "new"
      : steps.length === 2 &&
        made?.kind === "call" &&
        named?.kind === "member" &&
        /^(?:create|of|from|build)$/.test(named.name);
  if (!isMade || made === undefined || made.kind === "member" || made.args.length !== 1) return null;
  if (root.k !== "foreign" || !HOLDS.test(root.name)) return null;
  const [only] = made.args;
  return only?.k === "struct" && only.spreads.length === 0 ? (only.props.get(name) ?? null) : null;
}
const HOLDS = /(?:Command|Query|Dto|DTO|Input|Params|Props|Payload|Event|Message|Request|Args|Options)$/;

const VARIABLE = /^[A-Z][A-Z0-9_]+$/;
const DOCUMENT_VERB =
  /^(?:find\w*|create|update\w*|delete\w*|count\w*|aggregate|insert\w*|exists|where|distinct|bulk\w*)$/;
/** `const db = require("../db")`: a database's client whole, and its tables are no exports; a model may be one. */
const CLIENT =
  /^(?:\w*prisma(?:_?client)?|db|database|knex|orm|supabase\w*|mongo\w*|pg|pool|sql|conn(?:ection)?|(?:db|database|pg|mysql)_?(?:client|pool|conn\w*))$/i;
const LOGGER =
  /(?:^|[/-])log(?:s|ger|ging)?(?:\.[cm]?[jt]s)?$|^(?:winston|pino|bunyan|log4js|loglevel|consola|signale|npmlog|tslog)$/i;
const ARRAY_METHOD =
  /^(?:map|filter|forEach|some|every|find|findIndex|findLast|reduce|flatMap|sort|slice|includes|indexOf|join|at|concat|push|entries|values|keys|reverse|flat|toSorted|pop|shift|then|catch|finally|has|set|add)$/;
const STRING_METHOD =
  /^(?:toString|toLowerCase|toUpperCase|trim|split|replace|replaceAll|startsWith|endsWith|substring|substr|match|matchAll|padStart|normalize|charAt|localeCompare|test|search)$/;
/** Methods of a text or an identifier that no column is named after. */
const VALUE_METHOD =
  /^(?:toString|toHexString|toLowerCase|toUpperCase|toLocaleLowerCase|trim|startsWith|endsWith|equals|localeCompare|valueOf)$/;
const CONTAINER_METHOD = /^(?:get|getAll|has|set|delete|append|json|text|formData|parse)$/;
const DOCUMENT_METHOD =
  /^(?:save(?:With\w+)?|remove|delete(?:One|With\w+)?|updateOne|toObject|toJSON|populate|destroy(?:With\w+)?|update(?:With\w+)?|softRemove|reload|comparePassword|validatePassword)$/;

function chainMember(root: Value, name: string, place: Place, missing: Value | null): Value {
  if (missing !== null && !ARRAY_METHOD.test(name) && !CALLABLE.test(name)) return missing;
  return { k: "chain", root, steps: [{ kind: "member", name }], place };
}
const CALLABLE = /^(?:hasOwnProperty|toString|then|catch|finally)$/;

function deeper(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** `if (!url) throw`: what was found out about settings tells nothing of the client that was made from them. */
function saysOnlyOfSettings(facts: Facts): boolean {
  for (const [name] of facts.entries()) if (!name.startsWith("set:env:")) return false;
  return true;
}

function isNothing(value: Value): boolean {
  return value.k === "literal" && (value.value === null || value.value === undefined);
}

/** A member chosen at run time of an object whose members are known is any of them; of functions under names of their own, a name that is not there finds none. */
function anyOf(object: Extract<Value, { k: "struct" }>): Value | null {
  const values: Value[] = [...object.props.values()].slice(0, 12);
  if (values.length > 0 && values.every(({ k }) => k === "closure")) values.push(UNDEFINED);
  return values.length === 0 ? null : choose(values.map((value) => ({ value, facts: Facts.none })));
}
