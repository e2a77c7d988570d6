import { memberOf } from "../../interpret/member.ts";
import { alternative, choose, join } from "../../interpret/state.ts";
import { suppose } from "../../interpret/suppose.ts";
import { Facts } from "../../values/facts.ts";
import { FALSE, TRUE, UNDEFINED, type Value } from "../../values/value.ts";
import type { UnseenCall } from "../call.ts";
import { isOption, optionOf, runEffect } from "./effect-value.ts";
import { dataLast } from "./piped.ts";

/** Functions of the modules `Option`, `Exit`, `Context`, and those of `Array` that answer an option. */
export function options(call: UnseenCall, module: string, name: string): Value | undefined {
  const { machine, args, place } = call;
  const [first = UNDEFINED, second] = args;
  const dual = (work: (self: Value, other: Value) => Value): Value =>
    second === undefined ? dataLast((self) => work(self, first)) : work(first, second);
  if (module === "Exit")
    return name === "isSuccess" || name === "isFailure" ? outcome(first, name === "isSuccess") : undefined;
  if (module === "Array") {
    if (name === "head" || name === "last") return optionOf(place, memberOf(machine, first, "0", place, true));
    return name === "get" ? dual((self) => optionOf(place, memberOf(machine, self, "0", place, true))) : undefined;
  }
  if (module === "Context") {
    return name === "getOption" && second !== undefined
      ? optionOf(
          place,
          choose([
            { value: runEffect(machine, second, place), facts: Facts.none },
            { value: UNDEFINED, facts: Facts.none },
          ]),
        )
      : undefined;
  }
  switch (name) {
    case "fromNullable":
    case "some":
    case "liftNullable":
      return optionOf(place, first);
    case "none":
      return optionOf(place, UNDEFINED);
    case "isSome":
      return { k: "derived", op: "boolean", args: [heldBy(first)], place };
    case "isNone":
      return { k: "derived", op: "!", args: [heldBy(first)], place };
    case "getOrNull":
    case "getOrUndefined":
    case "getOrThrow":
      if (name === "getOrThrow" && machine.state !== null) machine.state = suppose(heldBy(first), true, machine.state);
      return args.length === 0 ? dataLast(heldBy) : heldBy(first);
    case "map":
    case "flatMap":
    case "andThen":
      return dual((self, f) => {
        const value = matched(
          call,
          self,
          (held) => machine.answer(f, [held], place),
          () => UNDEFINED,
        );
        return optionOf(place, value.k === "derived" && value.op === "option" ? heldBy(value) : value);
      });
    case "match":
      return dual((self, handlers) => {
        if (handlers.k !== "struct") return UNDEFINED;
        const [none = UNDEFINED, some = UNDEFINED] = [handlers.props.get("onNone"), handlers.props.get("onSome")];
        return matched(
          call,
          self,
          (held) => machine.answer(some, [held], place),
          () => machine.answer(none, [], place),
        );
      });
    case "getOrElse":
    case "orElse":
      return dual((self, f) =>
        matched(
          call,
          self,
          (held) => held,
          () => machine.answer(f, [], place),
        ),
      );
    default:
      return isOption(first) ? first : dataLast((self) => self);
  }
}

function heldBy(option: Value): Value {
  return isOption(option) ? (option.args[0] ?? UNDEFINED) : option;
}

function matched(call: UnseenCall, option: Value, some: (held: Value) => Value, none: () => Value): Value {
  const { machine } = call;
  const before = machine.state;
  if (before === null) return UNDEFINED;
  const held = heldBy(option);
  machine.state = suppose(held, true, before);
  const one = machine.state === null ? UNDEFINED : some(held);
  const there = machine.state;
  machine.state = suppose(held, false, before);
  const other = machine.state === null ? UNDEFINED : none();
  const absent = machine.state;
  machine.state = join(there, absent);
  if (there === null) return other;
  if (absent === null) return one;
  return choose([alternative(one, there.facts, machine.facts), alternative(other, absent.facts, machine.facts)]);
}

function outcome(exit: Value, success: boolean): Value {
  const ways = exit.k === "choice" ? exit.alternatives : [{ value: exit, facts: Facts.none }];
  return choose(
    ways.map(({ value, facts }) => {
      const tag = value.k === "struct" ? value.props.get("_tag") : undefined;
      const good = tag?.k === "literal" ? tag.value === "Success" : null;
      return { value: good === null ? value : good === success ? TRUE : FALSE, facts };
    }),
  );
}
