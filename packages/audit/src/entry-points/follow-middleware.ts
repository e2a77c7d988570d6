import type { Machine } from "../interpret/machine.ts";
import { callsOf } from "../knowledge/databases/chain.ts";
import { nameOfRoot, packageOf } from "../knowledge/call.ts";
import { isAskedWithoutBody } from "./asked-without-body.ts";
import { VERIFIES_SENDER } from "./neighbours.ts";
import { nameKind, wordsOf } from "../knowledge/names.ts";
import { asksForRights, isToldRights, saidIn } from "../knowledge/staff.ts";
import { lookedAtBy, nounsOf, scopeFact } from "../knowledge/vouches.ts";
import type { Despite } from "../trace/operation.ts";
import type { Facts } from "../values/facts.ts";
import { partOf } from "../knowledge/request.ts";
import { fromSchema } from "../knowledge/validation.ts";
import { client, opaque, type Place, type Value } from "../values/value.ts";
import { run } from "./follow-handler.ts";

const NEUTRAL_WORD =
  /^(?:log(?:s|ger|gers|ging)?|\w+logger|morgan|pino|winston|rates?|(?:rate)?limit(?:er|ers|s|ed|ing)?|throttl\w*|cors|helmet|pars(?:e|er|ers|ed|ing)|json|urlencoded|compress\w*|trac(?:e|er|ing)|spans?|metrics?|time[rds]?|timeout|timing|cach(?:e|ed|ing)|uploads?|uploader|multer|single|static|raw|text|body|locales?|geo\w*|agent|useragent|cookies?|csrf|csurf|xsrf|lusca|hpp|favicon|nocache|errors?|async|wrap\w*|swagger|sentry|methods?|pretty|etag|trim\w*|validators?|turnstile|captcha|recaptcha|honeypot)$/;
const NEUTRAL_NAME = /session$|secureHeaders|requestId|poweredBy|responseTime|notFound$/i;
/** Middleware that looks at the request's shape, counts or notes it, whoever sends it: by the words of its name. */
function isNeutral(name: string): boolean {
  return NEUTRAL_NAME.test(name) || wordsOf(name).some((word) => NEUTRAL_WORD.test(word));
}

/** Runs a list of middleware and, at its end, the handler: each continues only when it calls `next`. */
export function followMiddleware(
  machine: Machine,
  chain: readonly Value[],
  args: readonly Value[],
  place: Place,
): Value {
  const from = (at: number): Value => {
    const one = chain[at];
    if (one === undefined || machine.state === null) return opaque("end");
    if (at === chain.length - 1) return run(machine, one, args, place);
    const fn = functionOf(one);
    if (fn === null) {
      byName(machine, one, place);
      return from(at + 1);
    }
    // Fastify's hooks take no `next`: what they do not answer goes on.
    if (fn.k === "closure" && fn.node.params.length <= (args[1]?.k === "response-writer" ? 2 : 1)) {
      const value = machine.consume(machine.invoke(fn, args, place), place);
      if (value.k === "choice") {
        const [first, ...rest] = value.alternatives.filter((one) => one.value.k === "literal");
        if (first === undefined) machine.state = null;
        else machine.assume(rest.reduce((all, one) => all.or(one.facts), first.facts));
      } else if (value.k === "response-writer" || value.k === "response") machine.state = null;
      return machine.state === null ? opaque("answered") : from(at + 1);
    }
    let ran: Facts | null = null;
    const mark = { operations: machine.operations.length, refusals: machine.refusals.length };
    const next: Value = {
      k: "continuation",
      run: (given, from_) => {
        const [error] = given;
        // next(error) ends the request.
        if (error !== undefined && !(error.k === "literal" && (error.value === undefined || error.value === null))) {
          machine.state = null;
          return opaque("error");
        }
        const despite = despiteWhat(machine, mark, from_);
        machine.record({ kind: "continue", despite, place: from_ });
        // On another path what follows was followed already, unless less is known on this one.
        if (ran !== null && !(despite !== null && losesWho(ran, machine.facts))) return opaque("next");
        ran = ran === null ? machine.facts : ran.or(machine.facts);
        return from(at + 1);
      },
    };
    const value = machine.invoke(fn, [...args, next], place);
    return machine.consume(value, place);
  };
  return from(0);
}

const WHO = ["auth", "role", "signature", "shared-secret"];

function losesWho(before: Facts, now: Facts): boolean {
  return WHO.some((name) => before.has(name) && !now.has(name));
}

/** What should have stopped the request that middleware lets go on here. */
function despiteWhat(
  machine: Machine,
  since: { readonly operations: number; readonly refusals: number },
  place: Place,
): Despite | null {
  const { facts } = machine;
  for (const { place: refusal, lost } of machine.refusals.slice(since.refusals)) {
    const missing = [...lost.entries()].some(([name]) => !/^(?:set|valid|if|typed):/.test(name) && !facts.has(name));
    if (missing || (lost.size === 0 && !facts.has("auth"))) return { why: "refused", place: refusal };
  }
  const lost = machine.frame?.lost ?? null;
  if (lost !== null && WHO.some((name) => lost.has(name) && !facts.has(name))) return { why: "caught", place };
  for (const one of machine.operations.slice(since.operations)) {
    if (one.kind === "catch" && one.falls && WHO.some((name) => one.lost.has(name) && !facts.has(name)))
      return { why: "caught", place };
    if (one.kind === "call" && one.name === "verify-token" && !facts.has("auth")) return { why: "unverified", place };
  }
  return null;
}

/** The middleware itself, without a wrapper that is not seen around it. */
export function functionOf(value: Value): Value | null {
  if (value.k === "closure" || value.k === "continuation") return value;
  if (value.k === "chain") {
    // asyncHandler(async (req, res, next) => …)
    const kind = nameKind(nameOfRoot(value.root));
    const inner = callsOf(value)
      .at(-1)
      ?.args.find((arg) => arg.k === "closure");
    return inner !== undefined && (kind === "wraps" || kind === "none") ? inner : null;
  }
  return null;
}

/** Packages whose middleware looks at the request's shape, whatever it is called. */
const VALIDATORS =
  /^(?:celebrate|express-validator|express-joi-validation|express-openapi-validator|express-json-validator-middleware|zod-express-middleware|zod-express|zod-validation-error|@hono\/(?:zod|valibot|typebox|arktype|effect|typia|standard)-validator|hono-openapi|koa-joi-router|koa-parameter|express-ajv-middleware|fastify-type-provider-zod)/;

/** `processRequest({ body: schema })`, `validate({ params, body })`: middleware that is given shapes of the request. */
function declaresShape(value: Value): boolean {
  if (value.k !== "chain") return false;
  const [given] = callsOf(value).at(-1)?.args ?? [];
  return (
    given?.k === "struct" &&
    given.props.size > 0 &&
    [...given.props.keys()].every((name) => /^(?:body|query|params|headers|cookies|file|files)$/.test(name))
  );
}

/** `route({ requestBody: "RoleModifySchema", … })`: among what it is told is the shape of what is sent. */
function namesShape(given: Value): boolean {
  return (
    given.k === "struct" &&
    [...given.props].some(
      ([name, value]) =>
        SHAPE.test(name) && !(value.k === "literal" && (value.value === null || value.value === false)),
    )
  );
}
const SHAPE = /^(?:request_?)?(?:body|schema|validation|validate|dto)(?:_?(?:schema|type|shape|dto|validator))?$/i;

/** What a guard is called that asks whose it is. */
const SCOPES = /\bown(?=[A-Z_]|$)|Own(?=[A-Z_]|$)|owner|self(?![a-z])|access|member|belongs|tenant|org|team|workspace/i;

/** `validators.reportLink` of `../handlers/validators.handler`. */
function isOfValidators(root: Value): boolean {
  return (
    root.k === "foreign" &&
    root.origin === "missing" &&
    /(?:^|\/)\w*validat(?:or|ors|ion|ions)(?:[./]|$)/i.test(root.from)
  );
}

function byName(machine: Machine, value: Value, place: Place): void {
  const root = value.k === "chain" ? value.root : value;
  if (root.k !== "foreign" || root.origin !== "package") machine.absent = null;
  // `asyncHandler(auth.admin)`: what is wrapped is the middleware.
  if (value.k === "chain" && nameKind(nameOfRoot(value.root)) === "wraps") {
    const inner = callsOf(value)
      .at(-1)
      ?.args.find((arg) => arg.k === "chain" || arg.k === "foreign");
    if (inner !== undefined) return byName(machine, inner, place);
  }
  if (declaresShape(value) || VALIDATORS.test(packageOf(root))) {
    keepShape(machine, value);
    for (const part of ["body", "query", "params"])
      machine.learn(`valid:client:${part}.`, { sure: false, place, why: "middleware was given a schema" });
    return;
  }
  const names = [
    value.k === "chain" ? nameOfRoot(value.root) : nameOfRoot(value),
    ...(value.k === "chain" ? value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : [])) : []),
  ].filter((name) => name !== "");
  const whole = names.join(".");
  const given = value.k === "chain" ? (callsOf(value).at(-1)?.args ?? []) : [];
  const said = saidIn(given);
  // `fastify.auth([fastify.verifyJWT, fastify.verifyAdmin])`: by what it is made of.
  const composed = given
    .flatMap((one) => (one.k === "list" ? one.items : [one]))
    .map((one) => (one.k === "chain" || one.k === "foreign" ? lastOf(one) : ""))
    .find((name) => name !== "" && asksForRights(name));
  if (
    root.k === "foreign" &&
    /^(?:hono\/(?:bearer|basic)-auth|express-basic-auth|@fastify\/(?:bearer|basic)-auth)$/.test(root.from)
  ) {
    machine.learn("shared-secret", { sure: true, place, why: `${whole} compares the secret it was given` });
    return;
  }
  for (const name of names) {
    // `authLimiter`, `loginThrottle`, `sessionLogger`: counts or notes those who sign in, and asks nobody.
    if (COUNTS.test(name)) continue;
    const kind = nameKind(name);
    // twilio.webhook(token), verifySlackSignature: the sender is verified.
    if (VERIFIES_SENDER.test(name) && !/user|session|jwt|passport/i.test(name)) {
      machine.learn("signature", { sure: false, place, why: `${whole} is taken for a check by its name` });
      return;
    }
    if (
      kind === "asserts" ||
      kind === "guards" ||
      kind === "asks" ||
      kind === "identity" ||
      // `ensureAgent`, `mustBeClerk`: what is demanded of a request is who sends it.
      /^(?:ensure|require|must(?:Be)?|assert|only|is)(?:Agent|Clerk|Device)s?$/.test(name) ||
      machine.project.names.auth.has(name) ||
      // Of a package it keeps sessions; of the application's own it asks whose this is.
      (root.k === "foreign" &&
        root.origin !== "package" &&
        /session$|actor$|identity$|principal$|tenant$/i.test(name)) ||
      /auth|jwt|passport|login|logged_?in|signed|protect|permission|admin|requires?[A-Z]|clerk/i.test(name)
    ) {
      machine.learn("auth", { sure: false, place, why: `${whole} is taken for a check by its name` });
      // `authJwt.isAdmin`: by any of its words.
      if (names.some((one) => RIGHTS.test(one) || asksForRights(one)) || isToldRights(given))
        machine.learn("role", { sure: false, place, why: `${whole}${said} is taken for a check by its name` });
      else if (composed !== undefined)
        machine.learn("role", { sure: false, place, why: `${composed} is taken for a check by its name` });
      const scope = names.find(
        (one) =>
          SCOPES.test(one) ||
          (/^(?:ensure|require|check|assert|can|has|is|verify)/.test(one) && nounsOf([one]).length > 0),
      );
      if (scope !== undefined)
        machine.learn(scopeFact(scope), { sure: false, place, why: `${whole} may have looked at what is asked for` });
      else lookAt(machine, name, whole, place);
      return;
    }
    if (/webhook|signature|hmac|svix/i.test(name)) {
      machine.learn("signature", { sure: false, place, why: `${whole} is taken for a check by its name` });
      return;
    }
    if (kind === "validates" && given.length === 0 && looksAtAll(machine, root, place)) continue;
    if (kind === "validates" || isOfValidators(root)) {
      keepShape(machine, value);
      machine.learn("valid:client:body.", { sure: false, place, why: `${whole} is taken for a validator by its name` });
      return;
    }
  }
  if (root.k !== "foreign" || root.origin === "missing") lookAt(machine, names.at(-1) ?? "", whole, place);
  if (given.some(namesShape))
    for (const part of ["body", "query", "params"])
      machine.learn(`valid:client:${part}.`, { sure: false, place, why: `${whole} was told a shape` });
  // `route({ permission: "MANAGE_ROLES" })`: whatever it is called, it is told what to ask for, and may know of what.
  if (!names.some(isNeutral) && isToldRights(given)) {
    const why = `${whole}${said} is told which right to ask for`;
    machine.learn("auth", { sure: false, place, why });
    machine.learn("role", { sure: false, place, why });
    machine.learn("opaque:scope", { sure: false, place, why });
    return;
  }
  if (!names.some(isNeutral)) {
    machine.learn("opaque:auth", {
      sure: false,
      place,
      why: `${whole === "" ? "middleware" : whole} is not in the tree`,
    });
    const asks = names.find((name) => /owner|access|member|belongs/i.test(name));
    if (asks !== undefined)
      machine.learn(scopeFact(asks), { sure: false, place, why: `${whole} may have looked at what is asked for` });
  }
}

/** `validatedRequest`, before what has a body and what has none. */
function looksAtAll({ project }: Machine, root: Value, { file }: Place): boolean {
  const within = project.file(file);
  return root.k === "foreign" && root.origin === "missing" && within !== null && isAskedWithoutBody(within, root.name);
}

const COUNTS = /(?:limit(?:er|ers|s|ing)?|throttle[rs]?|throttling|slow_?down|logger|metrics)$/i;

const RIGHTS = /admin|role|permission|owner|access|can/i;

function lookAt(machine: Machine, name: string, whole: string, place: Place): void {
  const noun = lookedAtBy(name);
  if (noun !== null)
    machine.learn(`opaque:scope:${noun}`, { sure: false, place, why: `${whole} may have looked at what is asked for` });
}

/** The name that something is asked for by last. */
function lastOf(value: Extract<Value, { k: "chain" | "foreign" }>): string {
  if (value.k === "foreign") return value.name;
  const last = value.steps.findLast((step) => step.kind === "member");
  return last?.kind === "member" ? last.name : nameOfRoot(value.root);
}

/** Hono's `zValidator("json", schema)`: `c.req.valid("json")` answers what the schema names, and nothing else. */
function keepShape(machine: Machine, value: Value): void {
  const [target, schema] = value.k === "chain" ? (callsOf(value).at(-1)?.args ?? []) : [];
  if (target?.k !== "literal" || typeof target.value !== "string" || schema === undefined) return;
  machine.attach(`valid ${target.value}`, fromSchema(schema, client(partOf(target.value), "", true), 0));
}
