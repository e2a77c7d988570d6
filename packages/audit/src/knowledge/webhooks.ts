import { Facts } from "../values/facts.ts";
import { client, FALSE, TRUE, UNDEFINED, type Value } from "../values/value.ts";
import { clientsOf } from "../values/trust.ts";
import { callBack, errorFirst } from "./callbacks.ts";
import { packageOf, type UnseenCall } from "./call.ts";

/** Libraries that verify a webhook's signature; they throw when it is wrong. */
export function webhooks(call: UnseenCall): Value | undefined {
  const { machine, method, names, args, place, root } = call;
  const path = names.join(".");
  const from = packageOf(root);
  const verifies =
    /(?:^|\.)webhooks\.(?:constructEvent|constructEventAsync|unwrap|verifyAndReceive)$/.test(path) ||
    /^constructEvent(?:Async)?$/.test(method) ||
    (/^(?:verify|unwrap|verifyWebhook)$/.test(method) &&
      (from === "svix" || from === "standardwebhooks" || isWebhook(call)));
  if (verifies) {
    const [body] = args;
    machine.record({
      kind: "call",
      name: "verify-webhook",
      path,
      origin: "package",
      args,
      awaited: true,
      result: call.chain,
      place,
    });
    machine.learn("signature", { sure: true, place, why: "the library verified the signature" });
    return client("body", "", body?.k !== "literal");
  }
  // `stripeService.constructEventFromPayload(order, rawBody, signature)`: a house's own around it, told the signature.
  if (
    args.some(isSignature) &&
    (/^constructEvent[A-Z]/.test(method) || (READS_SIGNED.test(method) && args.some(isWholeBody)))
  ) {
    machine.learn("signature", { sure: false, place, why: `${method} is taken for a check by its name` });
    return client("body", "", true);
  }
  // They answer whether, and throw nothing.
  if (
    (from === "twilio" && /^validate(?:Express)?Request/.test(method)) ||
    (from === "@sendgrid/eventwebhook" && method === "verifySignature") ||
    (/^(?:discord-interactions|@octokit\/webhooks)$/.test(from) && /^(?:verifyKey|verify)$/.test(method))
  ) {
    const shown = Facts.none.with("signature", { sure: true, place, why: "the library verified the signature" });
    const result: Value = {
      k: "choice",
      alternatives: [
        { value: TRUE, facts: shown },
        { value: FALSE, facts: Facts.none },
      ],
    };
    machine.record({
      kind: "call",
      name: "verify-webhook",
      path,
      origin: "package",
      args,
      awaited: true,
      result,
      place,
    });
    return method === "verifyKey" || from.startsWith("@octokit")
      ? { k: "pending", value: result, facts: Facts.none, dead: false }
      : result;
  }
  if (from === "@octokit/webhooks-methods" && method === "verify") {
    return {
      k: "derived",
      op: "safe-equal",
      args: [{ k: "derived", op: "hmac", args: args.slice(0, 2), place }, args[2] ?? client("header", "signature")],
      place,
    };
  }
  if (
    (from === "@clerk/nextjs" || from === "@clerk/backend" || from === "@clerk/express") &&
    method === "verifyWebhook"
  ) {
    machine.learn("signature", { sure: true, place, why: "the library verified the signature" });
    return client("body", "", true);
  }
  if (/sns-validator|sns-payload/.test(from) && !call.isNew && args.some((arg) => arg.k === "client")) {
    const callback = errorFirst(args);
    const shown = Facts.none.with("signature", { sure: true, place, why: "the library verified the signature" });
    if (callback !== null) {
      callBack(machine, callback, client("body", "", true), shown, place);
      return UNDEFINED;
    }
    return {
      k: "pending",
      value: client("body", "", true),
      facts: Facts.none.with("signature", { sure: true, place, why: "the library verified the signature" }),
      dead: false,
    };
  }
  if (from === "@upstash/qstash" && method === "verify") {
    machine.learn("signature", { sure: true, place, why: "the library verified the signature" });
    return { k: "literal", value: true };
  }
  return undefined;
}

/** `parseWebhook(rawBody, signature, secret)`: what reads an event is told its signature for one end. */
const READS_SIGNED =
  /^(?:parse|construct|decode|unwrap|authenticate|validate|verify|read|extract|open|build|to|as)_?\w*(?:[wW]eb_?[hH]ook|[eE]vent|[nN]otification|[cC]allback|[dD]elivery|[pP]ayload|[sS]igned\w*|[rR]equest|[mM]essage)s?$/;

function isWholeBody(value: Value): boolean {
  return clientsOf(value).some(({ part, path }) => part === "body" && (path === "" || /^raw/i.test(path)));
}

function isSignature(value: Value): boolean {
  return value.k === "client" && value.part === "header" && /signature/i.test(value.path);
}

/** `new Webhook(secret).verify(body, headers)`, whatever the constant is called. */
function isWebhook(call: UnseenCall): boolean {
  const made = call.chain.steps.find((step) => step.kind === "new");
  if (made === undefined || call.root.k !== "foreign") return false;
  return /webhook|receiver/i.test(call.root.name) && call.args[0] !== undefined;
}
