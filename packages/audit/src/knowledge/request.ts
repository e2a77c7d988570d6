import { Facts } from "../values/facts.ts";
import { calledName } from "../syntax/called-name.ts";
import { client, opaque, struct, type ClientPart, type Place, type Value } from "../values/value.ts";
import { INPUT } from "../values/trust.ts";
import { isCallerName } from "./names.ts";

type RequestValue = Extract<Value, { k: "request" }>;

const PARTS: Readonly<Record<string, ClientPart>> = {
  body: "body",
  rawBody: "body",
  json: "body",
  input: "body",
  rawInput: "body",
  parsedInput: "body",
  bodyRaw: "body",
  payload: "body",
  data: "body",
  formData: "body",
  text: "body",
  form: "body",
  arrayBuffer: "body",
  blob: "body",
  bodyParams: "body",
  queryParams: "query",
  urlParams: "params",
  query: "query",
  searchParams: "query",
  queries: "query",
  search: "query",
  queryStringParameters: "query",
  params: "params",
  param: "params",
  pathParameters: "params",
  slug: "params",
  headers: "header",
  header: "header",
  cookies: "cookie",
  cookie: "cookie",
  signedCookies: "cookie",
  url: "url",
  originalUrl: "url",
  nextUrl: "url",
  pathname: "url",
  path: "url",
  href: "url",
  method: "method",
  file: "file",
  files: "file",
};

/** Members that are the request once more, or a bag of things beside it. */
const SAME =
  /^(?:req|request|raw|ctx|context|c|event|opts|props|args|state|var|extra|info|http|res_?locals|variables|options|meta|metadata|bindings|requestContext|sharedMap|handlerContext|middlewareContext|native)$/i;

const HANDLE = /^(?:db|database|prisma|drizzle|knex|orm|tx|trx)$/;

/** A member of a request or context, told apart by its name: the frameworks agree on most of them. */
export function requestMember(request: RequestValue, name: string, place: Place): Value {
  if (/^(?:res|response|reply)$/.test(name)) return { k: "response-writer", status: null };
  if (name === "env") return { k: "foreign", from: "global", name: "process.env", origin: "global" };
  if (name === "locals") return { ...request, path: "locals" };
  // A bag of the framework's, or the shop that middleware found: `req.store.id`.
  if (name === "store") return { ...request, path: "store" };
  if (request.path === "store" && !isCallerName(name)) {
    const steps = ["store", name].map((step) => ({ kind: "member", name: step }) as const);
    return { k: "chain", root: { ...request, path: "" }, steps, place };
  }
  // `c.get("db").query.tags`: what middleware put there leads to the database, and its members are no part of the request.
  if (HANDLE.test(request.path)) {
    const steps = [request.path, name].map((step) => ({ kind: "member", name: step }) as const);
    return { k: "chain", root: { ...request, path: "" }, steps, place };
  }
  if (SAME.test(name)) return request;
  // `ctx.authorization.userId`: of the header of that name a client's headers are asked.
  if (isCallerName(name) || name === "authorization") {
    const path = request.path === "" ? name : `${request.path}.${name}`;
    return { k: "principal", path, sure: false, origin: request.authenticated ? place : null };
  }
  // What code before the handler looked up: a client's own parts have names of their own.
  if (PUT_THERE.test(name) && !OF_THE_REQUEST.test(name) && !INPUT.test(request.path))
    return { k: "principal", path: request.path === "" ? name : `${request.path}.${name}`, sure: false, origin: place };
  const part = PARTS[name];
  if (part !== undefined) {
    // Functions of the same name (`req.json()`, `c.req.param("id")`) are told apart when they are called.
    if (METHODS.has(name)) return { k: "chain", root: request, steps: [{ kind: "member", name }], place };
    return client(part, "");
  }
  return { k: "chain", root: request, steps: [{ kind: "member", name }], place };
}
/** `req.accountId`, `req.projectid`, `req.id_project`. */
const PUT_THERE =
  /^[a-z]\w*(?:Id|_id|Slug)$|^(?:user|account|org|organi[sz]ation|tenant|team|company|workspace|project|shop|store|site|group|customer|member|owner|club|school|business)id$|^id_?(?:user|account|org|organi[sz]ation|tenant|team|company|workspace|project|shop|store|site|group|customer|member|owner|club|school|business)$/;
const OF_THE_REQUEST =
  /^(?:request|req|correlation|trace|span|socket|connection|client|message|event|execution|invocation|run|job|visitor|anonymous|deployment|thread|process|page|resource|route|param|query|item|row|object|target)_?(?:id|slug)$/i;
const METHODS = new Set(["json", "formData", "text", "arrayBuffer", "blob", "param", "queries", "header", "form"]);

/** What is read of a verified caller. */
export function callerMember(caller: Extract<Value, { k: "principal" }>, name: string, place: Place): Value {
  const { origin, path, sure } = caller;
  // `const { user, body } = await validateRequest(req, schema)`: what it hands back of the request is the client's.
  if (
    !sure &&
    path === "" &&
    origin !== null &&
    OF_REQUEST.test(name) &&
    /req(?:uest)?(?![a-z])/i.test(calledName(origin.node))
  )
    return client(name === "query" || name === "params" ? name : "body", "", true);
  if (CALLER_METHOD.test(name)) return { k: "chain", root: caller, steps: [{ kind: "member", name }], place };
  return { ...caller, path: caller.path === "" ? name : `${caller.path}.${name}` };
}
const OF_REQUEST = /^(?:body|input|parsedBody|query|params)$/;
const CALLER_METHOD =
  /^(?:has|can|may|protect|is[A-Z]\w*|has[A-Z]\w*|can[A-Z]\w*|get|get[A-Z]\w*|save|update|destroy|check\w*|includes|some|every|find|map|filter|forEach|findIndex|flatMap|join|then|catch|toString|toHexString|equals|startsWith|endsWith|split|toLowerCase|trim|set|merge|fill|forceFill|assign|setAttributes|updateAttributes|overwrite)$/;

const BODY_METHODS = new Set([
  "json",
  "text",
  "formData",
  "arrayBuffer",
  "blob",
  "parseBody",
  "buffer",
  "bytes",
  "form",
  "readBody",
]);

/** Headers without a dash in their names: `req.get("Authorization")`. */
const HEADER = /^(?:authorization|cookie|host|origin|referer|referrer|accept|forwarded)$/i;

/** A call on a request: `await req.json()`, `c.req.param("id")`, `req.get("x-api-key")`, `c.get("user")`. Undefined: none of these. */
export function requestCall(
  request: RequestValue,
  method: string,
  args: readonly Value[],
  place: Place,
): Value | undefined {
  const [first] = args;
  const name = first?.k === "literal" && typeof first.value === "string" ? first.value : null;
  if (BODY_METHODS.has(method) && (args.length === 0 || method === "parseBody"))
    return client("body", method === "text" || method === "arrayBuffer" || method === "buffer" ? "" : "");
  switch (method) {
    case "param":
      return client("params", name ?? "");
    case "query":
    case "queries":
      return client("query", name ?? "");
    case "header":
      return client("header", (name ?? "").toLowerCase());
    case "valid":
      return client(partOf(name ?? ""), "", true);
    case "get":
      if (name === null) return opaque("get");
      // What middleware put there under a name of its own: `c.get("applicationId")`.
      return isCallerName(name) || /^[a-z]\w*Id$/.test(name)
        ? { k: "principal", path: name, sure: false, origin: request.authenticated ? place : null }
        : name.includes("-") || HEADER.test(name)
          ? client("header", name.toLowerCase())
          : { ...request, path: name };
    case "cookie":
      return client("cookie", name ?? "");
    // Adonis: everything that was sent, some of it by name, or what a validator let through.
    case "all":
    case "except":
      return args.length === (method === "all" ? 0 : 1) ? client("body", "") : undefined;
    case "qs":
      return args.length === 0 ? client("query", "") : undefined;
    case "input":
      return name === null ? undefined : client("body", name);
    case "only": {
      const names = first?.k === "list" ? first.items : [];
      return struct(
        Object.fromEntries(
          names.flatMap((one) => (one.k === "literal" ? [[String(one.value), client("body", String(one.value))]] : [])),
        ),
      );
    }
    case "validateUsing":
      return { k: "pending", value: client("body", "", true), facts: Facts.none, dead: false };
    default:
      return undefined;
  }
}

/** The part of a request that Hono's validators are told to look at. */
export function partOf(target: string): ClientPart {
  return target === "param"
    ? "params"
    : target === "query" || target === "header" || target === "cookie"
      ? target
      : "body";
}
