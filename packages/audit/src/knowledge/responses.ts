import { opaque, UNDEFINED, type Value } from "../values/value.ts";
import { wordsOf } from "./names.ts";
import { nameOfRoot, packageOf, type UnseenCall } from "./call.ts";

/** Answers to the client, in every framework's way of giving them. */
export function responses(call: UnseenCall): Value | undefined {
  const { machine, root, names, method, args, place, receiver } = call;
  const [first, second] = args;
  const name = nameOfRoot(root);
  if (root.k === "foreign" && /^(?:NextResponse|Response|HttpResponse)$/.test(root.name)) {
    const status = statusOf(second);
    if (call.isNew) {
      if (first !== undefined && isHtml(second)) machine.record({ kind: "html", value: first, place });
      return answer(call, first ?? null, status);
    }
    if (names.length === 1) {
      if (method === "json") return answer(call, first ?? null, status);
      if (method === "redirect" || method === "rewrite") {
        machine.record({ kind: "fetch", url: first ?? opaque("url"), options: null, place });
        return { k: "response", body: null, status: null, redirect: true };
      }
      if (method === "error")
        return { k: "response", body: null, status: { k: "literal", value: 500 }, redirect: false };
      if (method === "next")
        return { k: "response", body: null, status: { k: "literal", value: "next" }, redirect: false };
    }
  }
  if (receiver?.k === "response-writer") {
    switch (method) {
      case "sendStatus":
        answer(call, null, first ?? null);
        return { k: "response-writer", status: first ?? null };
      case "status":
      case "code":
      case "writeHead":
        return { k: "response-writer", status: first ?? null };
      case "json":
      case "jsonp":
      case "send":
      case "end":
      case "write":
      case "render":
        if (/^(?:send|end|write)$/.test(method) && first !== undefined)
          machine.record({ kind: "html", value: first, place });
        answer(call, method === "render" ? (second ?? null) : (first ?? null), receiver.status);
        return receiver;
      case "redirect":
        machine.record({ kind: "fetch", url: args.at(-1) ?? opaque("url"), options: null, place });
        return { k: "response", body: null, status: null, redirect: true };
      case "on":
      case "once":
        if (second?.k === "closure" && first?.k === "literal" && /^(?:finish|close)$/.test(String(first.value)))
          noteAfterwards(call, second);
        return receiver;
      default:
        return receiver;
    }
  }
  if (receiver?.k === "request" && names.length === 1) {
    // Hono: c.json(body, status), c.text, c.html, c.redirect; the same names read a request when nothing is given.
    if ((method === "json" || method === "text" || method === "body") && first !== undefined)
      return answer(call, first, second ?? null);
    if (method === "html" && first !== undefined) {
      machine.record({ kind: "html", value: first, place });
      return answer(call, first, second ?? null);
    }
    if (method === "redirect" || method === "notFound") {
      if (method === "redirect") machine.record({ kind: "fetch", url: first ?? opaque("url"), options: null, place });
      return { k: "response", body: null, status: null, redirect: method === "redirect" };
    }
    if (method === "status") return opaque("status");
  }
  if (root.k === "foreign" && names.length === 0 && packageOf(root) === "next") {
    // They throw: nothing after them is reached.
    if (/^(?:redirect|permanentRedirect|notFound|forbidden|unauthorized)$/.test(root.name)) {
      if (/redirect/i.test(root.name))
        machine.record({ kind: "fetch", url: first ?? opaque("url"), options: null, place });
      machine.state = null;
      return UNDEFINED;
    }
    if (/^revalidate|^unstable_no|^connection$|^refresh$|^updateTag$/.test(root.name)) return opaque(root.name);
  }
  const helped = byHelper(call);
  if (helped !== undefined) return helped;
  bySender(call);
  if (
    root.k === "foreign" &&
    names.length === 0 &&
    ENDS.test(name) &&
    !ONLY_SOMETIMES.test(name) &&
    root.origin !== "global"
  ) {
    machine.endedByName = place.node;
    machine.unknowns.add(`${name} is taken by its name never to come back`);
    machine.state = null;
    return UNDEFINED;
  }
  if (receiver?.k === "response") return receiver;
  return undefined;
}

/** `throwHTTPErr({ message, statusCode })`: functions of the application's that never come back. */
const ENDS =
  /^(?:redirect|notFound|permanentRedirect|throw_?\w*(?:Err|Error|Exception|Unauthorized|Forbidden|NotFound|BadRequest))$/;
/** `throwIfError(result)`, `throwOnError(response)` look first. */
const ONLY_SOMETIMES = /If|When|Unless|On[A-Z]/;

/** Functions that frameworks bring for an answer: `json(body, { status })`, `fail(400, body)`; SvelteKit's `error` throws. */
function byHelper(call: UnseenCall): Value | undefined {
  const { machine, root, names, args } = call;
  if (root.k !== "foreign" || names.length > 0 || call.isNew) return undefined;
  const from = packageOf(root);
  const [first, second] = args;
  if (from === "@sveltejs/kit") {
    switch (root.name) {
      case "error":
      case "redirect":
        // What it is told is answered, and nothing after it is reached.
        if (root.name === "error") answer(call, second ?? null, first ?? null);
        machine.state = null;
        return UNDEFINED;
      case "fail":
        return answer(call, second ?? null, first ?? null);
      case "json":
      case "text":
        return answer(call, first ?? null, statusOf(second));
      default:
        return undefined;
    }
  }
  if (
    /^(?:@remix-run\/|react-router$|@solidjs\/|@tanstack\/)/.test(from) &&
    /^(?:json|data|typedjson)$/.test(root.name)
  )
    return answer(call, first ?? null, statusOf(second));
  return undefined;
}

/** `apiUtil.sendSuccess(res, { accounts })`, `successResponse(res, user, 200)`: of the application's own, told where to answer and what. */
function bySender(call: UnseenCall): void {
  const { machine, root, method, args, place, isNew } = call;
  if (isNew || root.k !== "foreign" || root.origin !== "missing" || machine.atTop) return;
  const [first, ...told] = args;
  if (first?.k !== "response-writer" || !wordsOf(method).every((word) => SENDS.test(word))) return;
  const body = told.filter((one) => one.k !== "literal");
  if (body.length > 0) machine.record({ kind: "respond", body: { k: "list", items: body }, status: null, place });
}
/** No word of what it is that is sent: what has a name of its own may be shown in part. */
const SENDS =
  /^(?:send|sends|respond|response|responses|reply|answer|success|successful|successfully|ok|json|data|result|results|created|api|http|res|return|render|output|with|and|to|write|util|utils|helper|\d+)$/;

function answer(call: UnseenCall, body: Value | null, status: Value | null): Value {
  call.machine.record({ kind: "respond", body, status, place: call.place });
  return { k: "response", body, status, redirect: false };
}

/** `new Response(page, { headers: { "content-type": "text/html" } })`. */
function isHtml(options: Value | undefined): boolean {
  const headers = options?.k === "struct" ? options.props.get("headers") : undefined;
  if (headers?.k !== "struct") return false;
  return [...headers.props].some(
    ([name, value]) => /^content-type$/i.test(name) && value.k === "literal" && /text\/html/i.test(String(value.value)),
  );
}

function statusOf(options: Value | undefined): Value | null {
  if (options === undefined) return null;
  if (options.k === "struct") return options.props.get("status") ?? null;
  return options.k === "literal" ? options : null;
}

/** `res.on("finish", () => logger.info(…))`: runs when all is over, and only what it writes down is of interest. */
function noteAfterwards({ machine, place }: UnseenCall, listener: Value): void {
  const before = machine.state;
  if (before === null || machine.atTop) return;
  const mark = machine.operations.length;
  machine.invoke(listener, [], place);
  machine.state = before;
  machine.operations.push(...machine.operations.splice(mark).filter(({ kind }) => kind === "log"));
}
