import { orNobody } from "../interpret/or-nobody.ts";
import { type Evidence, Facts } from "../values/facts.ts";
import { suppose } from "../interpret/suppose.ts";
import { keyOf } from "../values/key.ts";
import { trustOf } from "../values/trust.ts";
import { client, opaque, UNDEFINED, type Place, type Value } from "../values/value.ts";
import { nameOfRoot, packageOf, type UnseenCall } from "./call.ts";
import { isCallerName } from "./names.ts";
import { requestCall } from "./request.ts";

const LOCALS_ASK = /^(?:validate(?:User|Session)?|(?:safe)?[gG]et(?:Session|User|Auth)\w*)$/;

/** Reading a request, whichever framework hands it over. */
export function requests(call: UnseenCall): Value | undefined {
  const { machine, receiver, method, args, place, root, names } = call;
  const [first] = args;
  if (receiver?.k === "request") {
    if (method === "set" && first?.k === "literal" && args[1] !== undefined) {
      const name = String(first.value);
      if (isCallerName(name)) machine.record({ kind: "identify", name, value: args[1], place });
      machine.attach(name, args[1]);
      return opaque("set");
    }
    if (method === "valid" && first?.k === "literal") {
      const shaped = machine.state?.attached.get(`valid ${String(first.value)}`);
      if (shaped !== undefined) return shaped;
    }
    if (method === "get" && first?.k === "literal") {
      const attached = machine.state?.attached.get(String(first.value));
      if (attached !== undefined) return attached;
    }
    if (
      /^(?:clone|switchToHttp|switchToWs|getRequest|getContext|getArgs|getNext|getArgByIndex|getHandler|getClass)$/.test(
        method,
      )
    )
      return receiver;
    // Fastify's own: it throws for a token that is none, and puts the caller on the request.
    if (method === "jwtVerify") {
      const who: Value = { k: "principal", path: "user", sure: true, origin: place };
      machine.attach("user", who);
      return { k: "pending", value: who, facts: Facts.none.with("auth", tokenVerified(place)), dead: false };
    }
    // SvelteKit: what the layouts above answer, which ask first; Lucia and Supabase put a question on `locals`.
    if (method === "parent" && args.length === 0) {
      machine.learn("opaque:auth", { sure: false, place, why: "the layouts above may ask for the caller" });
      return { k: "pending", value: { ...receiver, authenticated: true }, facts: Facts.none, dead: false };
    }
    if (receiver.path === "locals" && LOCALS_ASK.test(method))
      return orNobody(machine, { k: "principal", path: "", sure: false, origin: place });
    // Koa: `ctx.throw(403)` and `ctx.assert(user, 401)` leave the handler.
    if (method === "throw") machine.state = null;
    if (method === "assert" && first !== undefined && machine.state !== null) {
      machine.state = suppose(first, true, machine.state);
      return UNDEFINED;
    }
    if (machine.state === null) return opaque("thrown");
    const found = requestCall(receiver, method, args, place);
    return found === undefined ? undefined : orNobody(machine, found);
  }
  // Hono's `c.req.query("q")`: what other frameworks have as a member is a function here.
  if (root.k === "client" && receiver === null && names.length === 0 && !call.isNew && call.chain.steps.length === 1)
    return first?.k === "literal" && root.path === "" ? { ...root, path: String(first.value) } : root;
  if (receiver?.k === "client" && !call.isNew) {
    const name = first?.k === "literal" ? String(first.value) : null;
    const part = receiver.part === "url" ? "query" : receiver.part;
    if (method === "get" || method === "getAll")
      return client(part, name === null ? "*" : part === "header" ? name.toLowerCase() : name, receiver.checked);
    if (method === "has") return { k: "derived", op: "boolean", args: [client(part, name ?? "*")], place };
    if (method === "json" || method === "text" || method === "formData" || method === "arrayBuffer") return receiver;
    if (method === "set" && receiver.part === "header" && name !== null && args[1] !== undefined)
      writtenOver(call, name, args[1]);
    if (/^(?:set|delete|append|forEach|entries|keys|values)$/.test(method))
      return method === "entries" || method === "values" ? receiver : opaque(method);
  }
  if (root.k !== "foreign" || names.length > 0) return undefined;
  const from = packageOf(root);
  if (from === "next") {
    if (root.name === "headers") return client("header", "");
    if (root.name === "cookies") return client("cookie", "");
    if (root.name === "draftMode")
      return { k: "struct", props: new Map([["isEnabled", opaque("draft")]]), spreads: [], node: null };
    if (root.name === "after") return undefined;
  }
  const name = nameOfRoot(root);
  if (name === "getCookie" || name === "getSignedCookie" || name === "parseCookies")
    return client("cookie", args.at(-1)?.k === "literal" ? literalText(args.at(-1)) : "");
  if (name === "getHeader" || name === "getRequestHeader")
    return client("header", args.at(-1)?.k === "literal" ? literalText(args.at(-1)).toLowerCase() : "");
  if (
    /^(?:buffer|getRawBody|rawBody|readRawBody|readBody|micro|json|text)$/.test(name) &&
    (first?.k === "request" || first?.k === "client")
  )
    return client("body", "");
  const told = (READS_PART.exec(name) ?? PART_OF.exec(name))?.[1]?.toLowerCase();
  if (told !== undefined && first?.k === "request" && first.path === "")
    return client(/quer|search/.test(told) ? "query" : /param/.test(told) ? "params" : "body", "", args.length > 1);
  if (name === "getRouterParam" || name === "getRouterParams")
    return client("params", args[1]?.k === "literal" ? literalText(args[1]) : "");
  if (name === "getQuery") return client("query", "");
  return undefined;
}

/** What the middleware of the gateway writes over a header of the request is its word, and no longer the client's. */
function writtenOver({ machine, place }: UnseenCall, name: string, value: Value): void {
  const trust = machine.pathname === null ? null : trustOf(value, machine.facts);
  if (trust !== null)
    machine.learn(`ok:${keyOf(client("header", name.toLowerCase()))}`, {
      sure: trust === "sure",
      place,
      why: "the middleware wrote it",
    });
}

/** `parseRequestBody(req)`, `readJson(request)`, `validateQuery(req, schema)`: whatever reads it, a client wrote it. */
const READS_PART =
  /^(?:parse|read|get|validate|extract|load)(?:Req|Request|Valid(?:ated)?|Safe|Raw)?(Body|Json|JSON|Payload|FormData|QueryParams|Query|SearchParams|UrlParams|PathParams|RouteParams)(?:OrThrow|Async|Safe)?$/;

/** `reqBody(req)`, `request_json(req)`. */
const PART_OF = /^(?:req|request)_?(Body|Json|Payload|FormData|Query|Params)$/i;

function tokenVerified(place: Place): Evidence {
  return { sure: true, place, why: "a token was verified" };
}

function literalText(value: Value | undefined): string {
  return value?.k === "literal" ? String(value.value) : "";
}
