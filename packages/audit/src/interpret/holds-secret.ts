import { isTokenName } from "../knowledge/names.ts";
import type { Value } from "../values/value.ts";
import { lastName } from "./last-name.ts";

/** A secret that whoever runs the server has set. */
export function holdsEnv(value: Value, depth = 0): boolean {
  if (depth > 8) return false;
  if (value.k === "env") return !NAMED_TO_ALL.test(value.name);
  if (value.k === "derived") return value.args.some((arg) => holdsEnv(arg, depth + 1));
  if (value.k === "choice") return value.alternatives.some((one) => holdsEnv(one.value, depth + 1));
  if (value.k === "chain") {
    if (/secret|token|api_?key|password/i.test(lastName(value)))
      return value.root.k === "foreign" || value.root.k === "opaque";
    // `requireEnv("WEBHOOK_TOKEN")`, `config.get("hooks.secret")`: what is asked for has a name of its own.
    if (value.root.k === "foreign" && value.steps.some(asksForSecret)) return true;
    return value.steps.some((step) => step.kind !== "member" && step.args.some((arg) => holdsEnv(arg, depth + 1)));
  }
  // What the application was put together with: `routes({ enrolToken })`.
  if (value.k === "opaque") return /(?:secret|token|api_?key|password)$/i.test(value.name);
  if (value.k === "foreign") return /secret|token|api_?key|password/i.test(value.name);
  return false;
}

function asksForSecret(step: Extract<Value, { k: "chain" }>["steps"][number]): boolean {
  if (step.kind !== "call") return false;
  const [only, ...more] = step.args;
  return (
    more.length === 0 &&
    only?.k === "literal" &&
    typeof only.value === "string" &&
    /secret|token|(?:api|signing|webhook|hook|shared)[-_.]?key|password/i.test(only.value)
  );
}

/** A secret that stands in a row, as it is or as bytes: `timingSafeEqual(Buffer.from(hook.secret), given)`. */
export function storedSecret(value: Value): Extract<Value, { k: "rows" }> | null {
  if (value.k === "rows")
    return isTokenName(value.path) || /(?:secret|(?:secret|token|key)_?(?:hash|digest))$/i.test(value.path)
      ? value
      : null;
  const [inner] = value.k === "derived" && /^(?:bytes|hash|string|trimmed)$/.test(value.op) ? value.args : [];
  return inner === undefined ? null : storedSecret(inner);
}

/** Which topic, client or tenant of a provider's it is about: known to whoever has to do with it. */
const NAMED_TO_ALL = /(?:^|_)(?:ARN|TOPIC|CLIENT_ID|APP_ID|ACCOUNT_ID|TENANT_ID|PROJECT_ID)$/;
