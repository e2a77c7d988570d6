import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import type { Value } from "../../values/value.ts";

/** With what another company's server signs or shows what it sends. */
const SHARED =
  /(?:web_?)?hooks?_?(?:signing_?)?(?:secret|token|key)$|(?:callback|inbound|incoming|ingest|relay|postback|ipn)[a-z]{0,20}_?(?:[a-z]{1,20}_)?secret$|(?:^|_|[a-z])(?:hmac|signature|payload)_?secret$|^(?!.*(?:jwt|session|cookie|auth|token|link|url)).*signing_?secret$/i;

/**
 * `if (!config.webhookSecret) throw disabled()`: a secret is kept for whoever calls, nothing goes on without there being
 * one, and nothing is done with it. Who is called by such a sender is a webhook, whatever its address is called.
 */
export function looksForSecretOnly({ entry, trace, project }: Judged): boolean {
  const names = new Set<string>();
  for (const one of trace.operations)
    if (one.kind === "test" && one.denies !== "neither")
      for (const value of one.asked ?? [one.value]) for (const name of lookedFor(value)) names.add(name);
  if (names.size === 0 || trace.operations.some(usesSecret)) return false;
  const text = project.file(entry.file)?.text ?? "";
  const outside = [text.slice(0, entry.node.start), text.slice(entry.node.end)];
  return ![...names].some((name) => outside.some((part) => isHandedOn(name, part)));
}

/** `new Receiver({ secret: env.HOOK_SECRET })` at the top of the file: it may be asked by what is made of it. */
function isHandedOn(name: string, text: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    const after = text.slice(at + name.length, at + name.length + 3);
    if (/^(?:\w|\s?\??:)/.test(after)) continue;
    const before = /([(,:])\s*(?:[\w?!]+\.){0,5}$/.exec(text.slice(Math.max(0, at - 120), at));
    if (before !== null) return true;
  }
  return false;
}

/** The secrets whose presence is asked: `!secret`, `secret === undefined`, or one of several that stand together. */
function lookedFor(value: Value, depth = 0): readonly string[] {
  if (depth > 4) return [];
  if (isShared(value)) return [nameOf(value)];
  if (value.k === "choice") return value.alternatives.flatMap((one) => lookedFor(one.value, depth + 1));
  if (value.k !== "derived") return [];
  if (/^(?:!|boolean)$/.test(value.op)) return value.args.flatMap((arg) => lookedFor(arg, depth + 1));
  return /^[!=]==?$/.test(value.op) && value.args.some(({ k }) => k === "literal")
    ? value.args.filter(isShared).map(nameOf)
    : [];
}

/** It is compared with what came, a digest is made with it, or code that is not seen is given it. */
function usesSecret(one: Operation): boolean {
  switch (one.kind) {
    case "call":
      return one.args.some((arg) => holds(arg, isShared));
    case "compare":
      return (
        [one.left, one.right].some((side) => holds(side, isShared)) &&
        ![one.left, one.right].some((side) => side.k === "literal")
      );
    case "digest":
    case "fetch":
      return true;
    default:
      return false;
  }
}

function isShared(value: Value): boolean {
  const name = nameOf(value);
  return name !== "" && SHARED.test(name);
}

function nameOf(value: Value): string {
  switch (value.k) {
    case "env":
    case "foreign":
      return value.name;
    case "chain": {
      const last = value.steps.at(-1);
      return last?.kind === "member" ? last.name : "";
    }
    case "opaque":
      return value.name;
    default:
      return "";
  }
}
