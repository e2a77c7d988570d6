import type { Machine } from "../interpret/machine.ts";
import { callsOf } from "../knowledge/databases/chain.ts";
import { nameOfRoot } from "../knowledge/call.ts";
import { nameKind } from "../knowledge/names.ts";
import { opaque, type Place, type Value } from "../values/value.ts";
import { run } from "./follow-handler.ts";

const NEUTRAL =
  /log|morgan|rate|limit|throttle|cors|helmet|parse|json|urlencoded|compress|trace|span|metric|time|cache|upload|multer|single|static|raw|text|body|locale|geo|agent|cookie|session$|csrf|error|async|wrap|swagger|sentry|method|pretty|etag|secureHeaders|timing|requestId|poweredBy|trim|bodyLimit|validator/i;

/** Runs a list of middleware and, at its end, the handler: each continues only when it calls `next`. */
export function followMiddleware(
  machine: Machine,
  chain: readonly Value[],
  args: readonly Value[],
  place: Place,
): Value {
  const from = (at: number): Value => {
    const one = chain[at];
    if (one === undefined || machine.state === null) return opaque("end");
    if (at === chain.length - 1) return run(machine, one, args, place);
    const fn = functionOf(one);
    if (fn === null) {
      byName(machine, one, place);
      return from(at + 1);
    }
    // Fastify's hooks take no `next`: what they do not answer goes on.
    if (fn.k === "closure" && fn.node.params.length <= (args[1]?.k === "response-writer" ? 2 : 1)) {
      const value = machine.consume(machine.invoke(fn, args, place), place);
      if (value.k === "choice") {
        const [first, ...rest] = value.alternatives.filter((one) => one.value.k === "literal");
        if (first === undefined) machine.state = null;
        else machine.assume(rest.reduce((all, one) => all.or(one.facts), first.facts));
      } else if (value.k === "response-writer" || value.k === "response") machine.state = null;
      return machine.state === null ? opaque("answered") : from(at + 1);
    }
    let ran = false;
    const next: Value = {
      k: "continuation",
      run: (given) => {
        const [error] = given;
        // next(error) ends the request.
        if (error !== undefined && !(error.k === "literal" && (error.value === undefined || error.value === null))) {
          machine.state = null;
          return opaque("error");
        }
        if (ran) return opaque("next"); // on another path: what follows was followed already, with less known
        ran = true;
        return from(at + 1);
      },
    };
    const value = machine.invoke(fn, [...args, next], place);
    return machine.consume(value, place);
  };
  return from(0);
}

function functionOf(value: Value): Value | null {
  if (value.k === "closure" || value.k === "continuation") return value;
  if (value.k === "chain") {
    // asyncHandler(async (req, res, next) => …)
    const kind = nameKind(nameOfRoot(value.root));
    const inner = callsOf(value)
      .at(-1)
      ?.args.find((arg) => arg.k === "closure");
    return inner !== undefined && (kind === "wraps" || kind === "none") ? inner : null;
  }
  return null;
}

function byName(machine: Machine, value: Value, place: Place): void {
  const root = value.k === "chain" ? value.root : value;
  if (root.k !== "foreign" || root.origin !== "package") machine.absent = null;
  const names = [
    value.k === "chain" ? nameOfRoot(value.root) : nameOfRoot(value),
    ...(value.k === "chain" ? value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : [])) : []),
  ].filter((name) => name !== "");
  const whole = names.join(".");
  for (const name of names) {
    const kind = nameKind(name);
    if (
      kind === "asserts" ||
      kind === "guards" ||
      kind === "asks" ||
      kind === "identity" ||
      machine.project.names.auth.has(name) ||
      /auth|jwt|passport|login|signed|protect|permission|admin|requires?[A-Z]|clerk/i.test(name)
    ) {
      machine.learn("auth", { sure: false, place, why: `${whole} is taken for a check by its name` });
      if (/admin|role|permission|owner|access|can/i.test(name))
        machine.learn("role", { sure: false, place, why: `${whole} is taken for a check by its name` });
      if (/owner|access|member|belongs|tenant|org|team|workspace/i.test(name))
        machine.learn("opaque:scope", { sure: false, place, why: `${whole} may have looked at what is asked for` });
      return;
    }
    if (kind === "validates") {
      machine.learn("valid:client:body.", { sure: false, place, why: `${whole} is taken for a validator by its name` });
      return;
    }
  }
  if (!names.some((name) => NEUTRAL.test(name))) {
    machine.learn("opaque:auth", {
      sure: false,
      place,
      why: `${whole === "" ? "middleware" : whole} is not in the tree`,
    });
  }
}
