import { elementOf } from "../../interpret/element-of.ts";
import { alternative, choose, join, type State } from "../../interpret/state.ts";
import { Facts } from "../../values/facts.ts";
import { opaque, UNDEFINED, type Value } from "../../values/value.ts";
import type { UnseenCall } from "../call.ts";
import { effectOf, isEffect, optionOf, runEffect } from "./effect-value.ts";
import { dataLast, exitOf, optionOfExit, RUN, ran } from "./piped.ts";

/** One of the functions of the module `Effect`. */
export function combinators(call: UnseenCall, name: string): Value {
  const { machine, args, place } = call;
  const [first = UNDEFINED, second] = args;
  const run = (value: Value): Value => runEffect(machine, value, place);
  const given = (f: Value, value: Value): Value =>
    machine.state === null ? UNDEFINED : run(isFunction(f) ? machine.answer(f, [value], place) : f);
  const lazily = (work: () => Value): Value => effectOf(place, work);
  /** What it works on comes first, or last where `pipe` hands it over. */
  const dual = (work: (self: Value, other: Value) => Value): Value =>
    second === undefined ? dataLast((self) => lazily(() => work(self, first))) : lazily(() => work(first, second));
  const single = (work: (self: Value) => Value): Value =>
    args.length === 0 ? dataLast((self) => lazily(() => work(self))) : lazily(() => work(first));
  switch (name) {
    case "gen":
      return lazily(() => machine.invoke(args.at(-1) ?? UNDEFINED, [], place));
    case "fn":
    case "fnUntraced": {
      const made = (fn: Value): Value => ({
        k: "continuation",
        run: (values) => lazily(() => machine.invoke(fn, values, place)),
      });
      return first.k === "literal" ? dataLast(made) : made(first);
    }
    case "succeed":
      return lazily(() => first);
    case "sync":
    case "promise":
    case "try":
    case "tryPromise":
    case "suspend":
      return lazily(() =>
        run(machine.answer(first.k === "struct" ? (first.props.get("try") ?? first) : first, [], place)),
      );
    case "fail":
    case "die":
    case "failSync":
    case "failCause":
    case "dieMessage":
      return lazily(() => {
        machine.state = null;
        return UNDEFINED;
      });
    case "map":
      return dual((self, f) => {
        const value = run(self);
        return machine.state === null ? UNDEFINED : machine.answer(f, [value], place);
      });
    case "flatMap":
    case "andThen":
      return dual((self, f) => given(f, run(self)));
    case "tap":
      return dual((self, f) => {
        const value = run(self);
        given(f, value);
        return value;
      });
    case "zipRight":
      return dual((self, other) => {
        run(self);
        return given(other, UNDEFINED);
      });
    case "all":
      return lazily(() => together(call, first));
    case "forEach":
      return dual((items, f) => {
        const before = machine.state;
        const value = given(f, elementOf(machine, items));
        machine.state = machine.state ?? before;
        return { k: "list", items: [value] };
      });
    case "catchAll":
    case "catchTag":
    case "catchTags":
    case "catchAllCause":
    case "orElse": {
      const handler = args.at(-1) ?? UNDEFINED;
      return args.length > (name === "catchTag" ? 2 : 1)
        ? lazily(() => recovered(call, first, handler))
        : dataLast((self) => lazily(() => recovered(call, self, handler)));
    }
    case "firstSuccessOf":
    case "race":
    case "raceAll":
      return lazily(() => anyOf(call, first.k === "list" ? first.items : args));
    case "option":
      return single((self) => optionOfExit(exitOf(machine, self, place), place));
    case "exit":
      return single((self) => exitOf(machine, self, place));
    case "serviceOption":
      return lazily(() =>
        optionOf(
          place,
          choose([
            { value: run(first), facts: Facts.none },
            { value: UNDEFINED, facts: Facts.none },
          ]),
        ),
      );
    default:
      if (RUN.test(name)) return ran(machine, name, first, place);
      if (/^(?:log|context$|runtime$|void$)/.test(name)) return lazily(() => opaque(name));
      // Spans, layers, timeouts, retries: the work is the same.
      return isEffect(first) ? first : dataLast((self) => self);
  }
}

function isFunction(value: Value): boolean {
  return value.k === "closure" || value.k === "continuation" || value.k === "foreign" || value.k === "chain";
}

/** A list or a record of effects, each run in turn. */
function together({ machine, place }: UnseenCall, all: Value): Value {
  if (all.k === "list") return { k: "list", items: all.items.map((one) => runEffect(machine, one, place)) };
  if (all.k !== "struct") return runEffect(machine, all, place);
  return { ...all, props: new Map([...all.props].map(([name, one]) => [name, runEffect(machine, one, place)])) };
}

/** Whichever succeeds: what all of them show holds. */
function anyOf({ machine, place }: UnseenCall, all: readonly Value[]): Value {
  const before = machine.state;
  const ways: { value: Value; state: State }[] = [];
  for (const one of all) {
    machine.state = before;
    const value = runEffect(machine, one, place);
    if (machine.state !== null) ways.push({ value, state: machine.state });
  }
  machine.state = ways.reduce<State | null>((all, way) => join(all, way.state), null);
  const common = machine.facts;
  return ways.length === 0 ? UNDEFINED : choose(ways.map((way) => alternative(way.value, way.state.facts, common)));
}

/** What failed goes on with what its handler gives; where a handler fails as well the path ends. */
function recovered({ machine, place }: UnseenCall, self: Value, handler: Value): Value {
  const before = machine.state;
  const value = runEffect(machine, self, place);
  const after = machine.state;
  const handlers = handler.k === "struct" ? [...handler.props.values()] : [handler];
  let state = after;
  const ways = after === null ? [] : [{ value, facts: after.facts }];
  for (const one of handlers) {
    machine.state = before;
    const other = runEffect(machine, machine.answer(one, [opaque("failure")], place), place);
    if (machine.state === null) continue;
    ways.push({ value: other, facts: machine.state.facts });
    state = join(state, machine.state);
  }
  machine.state = state;
  const common = machine.facts;
  return ways.length === 0 ? UNDEFINED : choose(ways.map((way) => alternative(way.value, way.facts, common)));
}
