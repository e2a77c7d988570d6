import type { Value } from "../values/value.ts";
import { nameOfRoot, type UnseenCall } from "./call.ts";

/** NestJS's `config.get("CRON_SECRET")`, the package `config`: a variable of the environment by another road. */
export function configuration(call: UnseenCall): Value | undefined {
  const { method, args, names } = call;
  const [first] = args;
  if (!/^(?:get|getOrThrow)$/.test(method) || first?.k !== "literal" || typeof first.value !== "string")
    return undefined;
  if (call.root.k === "foreign" && call.root.name === "Deno" && names.at(-2) === "env")
    return { k: "env", name: first.value };
  const owner = names.at(-2) ?? nameOfRoot(call.root);
  if (!/config(?:uration)?(?:Service)?$/i.test(owner)) return undefined;
  return method === "getOrThrow" ? { k: "env", name: first.value, declared: true } : { k: "env", name: first.value };
}
