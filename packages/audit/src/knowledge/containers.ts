import { construct } from "../interpret/class.ts";
import type { Value } from "../values/value.ts";
import type { UnseenCall } from "./call.ts";

/** tsyringe's `container.resolve(Service)`, typedi, Nest's `app.get(Service)`: an object of the class that is asked for. */
export function containers({ machine, method, args }: UnseenCall): Value | undefined {
  const [first] = args;
  return /^(?:resolve|get)$/.test(method) && first?.k === "class" && args.length === 1
    ? construct(machine, first, [])
    : undefined;
}
