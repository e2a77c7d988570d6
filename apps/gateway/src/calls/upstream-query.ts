import type { ProviderFront } from "../fronts/front.ts";
import { Refusal } from "../refusal.ts";

/** The query passed on: allow-listed parameters only, each once. Throws Refusal for any other. */
export function upstreamQuery(front: ProviderFront, query: URLSearchParams): string {
  const passed = new URLSearchParams();
  for (const [name, value] of query) {
    if (front.allowedQuery.get(name)?.test(value) !== true || passed.has(name)) {
      throw new Refusal("not_metered", "The address carries a parameter that is not passed on to this provider.");
    }
    passed.set(name, value);
  }
  const text = passed.toString();
  return text === "" ? "" : `?${text}`;
}
