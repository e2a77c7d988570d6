import { clientsOf } from "../values/trust.ts";
import type { Value } from "../values/value.ts";
import { nameOfRoot, type UnseenCall } from "./call.ts";

/** `UserId.make(id)`, `VideoId.parse(id)`: a brand is put on a value, which stays the value it was. */
export function brands({ method, chain, args, receiver, root, names, isNew }: UnseenCall): Value | undefined {
  const [only] = args;
  // `const decode = Schema.decodeSync(Video)`: what it is given, once its shape was looked at.
  const maker = chain.steps.at(-3);
  if (maker?.kind === "member" && chain.steps.at(-2)?.kind === "call" && /^decode(?:Unknown)?Sync$/.test(maker.name))
    return only?.k === "struct" || (only !== undefined && isOwn(only)) ? only : undefined;
  if (isNew || receiver === null || only === undefined || args.length !== 1) return undefined;
  if (root.k !== "foreign" && root.k !== "chain") return undefined;
  const owner = names.at(-2) ?? nameOfRoot(root);
  if (method === "make" || method === "of" || method === "brand" || method === "unsafe")
    return isId(only) && (/^[A-Z]/.test(owner) || owner === "") ? only : undefined;
  // What the server knows already is not looked at for its shape, and is the same afterwards.
  if (!/^(?:parse|from|decodeSync|decodeUnknownSync|cast)$/.test(method) || CODEC.test(owner)) return undefined;
  return isOwn(only) || (only.k === "struct" && method.startsWith("decode") && clientsOf(only).length === 0)
    ? only
    : undefined;
}

const CODEC =
  /^(?:JSON|URL|Date|Buffer|Array|Object|path|qs|querystring|yaml|toml|csv|ms|cookie|superjson|devalue|dayjs)$/i;

/** One value, not a bag of them. */
function isId(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.every((one) => isId(one.value));
  return (
    value.k === "client" ||
    isOwn(value) ||
    value.k === "literal" ||
    (value.k === "derived" && /^(?:string|number|random)$/.test(value.op))
  );
}

function isOwn(value: Value): boolean {
  return (value.k === "principal" || value.k === "rows") && value.path !== "" && value.path !== "[]";
}
