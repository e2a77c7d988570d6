import { nameOfRoot, type UnseenCall } from "./call.ts";

/** A cache or a key-value store: what is in it is whatever was put there. */
export function isStore(call: UnseenCall): boolean {
  return (
    /redis|cache|kv|memcache|store|upstash/i.test(nameOfRoot(call.root)) &&
    /^(?:get|hget|mget|getex|has|exists|incr|ttl)$/i.test(call.method)
  );
}
