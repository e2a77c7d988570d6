import type { Node } from "oxc-parser";
import { receiverName } from "../../syntax/receiver-name.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk, walkOwn } from "../../syntax/walk.ts";
import { isRefusal } from "../../syntax/is-refusal.ts";

/** What goes on with the request: the next of the line, the handler that is wrapped. */
const GOES_ON = /^(?:next|handler|handle|fn|action|inner|callback|route|controller|resolver|resolve|execute|proceed)$/;
/** Asked so that nobody asks too often, or to answer sooner: not who they are. */
const BESIDE = /captcha|turnstile|limit|throttl|quota/i;
/** Answers, refuses, or hands the failure on. */
const ENDS =
  /^(?:next|json|send|status|code|sendStatus|redirect|end|throw|error|fail|abort|reject|badRequest|forbidden|unauthorized)$/;

/**
 * Middleware that asks whether somebody may, and goes on where the question itself fails:
 * `try { decision = await ask() } catch { return next() } if (!decision.allowed) return forbidden()`.
 */
export function goesOnAnyway(program: Node, text: string): Node[] {
  const found: Node[] = [];
  for (const fn of walk(program)) {
    if (!isFunction(fn) || fn.body === null || fn.body.type !== "BlockStatement") continue;
    for (const block of walkOwn(fn.body)) {
      if (block.type !== "BlockStatement") continue;
      for (const [at, one] of block.body.entries()) {
        if (one.type !== "TryStatement" || one.handler === null) continue;
        const asked = text.slice(one.block.start, one.block.end);
        // What is kept in a cache may be who they are; where somebody is refused there, it is.
        if (BESIDE.test(asked) || (/cache|maintenance/i.test(asked) && !refusesIn(one.block))) continue;
        const after = block.body.slice(at + 1);
        if (!decides(one.block, after)) continue;
        const despite = one.handler.body.body.find((inner) => goesOn(inner, one.handler?.param ?? null));
        if (despite !== undefined) found.push(despite);
        else if (block === fn.body && onlyNotes(one.handler.body) && letsGoOn(after, fn)) found.push(one.handler);
      }
    }
  }
  return found;
}

function refusesIn(asked: Node): boolean {
  for (const node of walkOwn(asked)) if (node.type === "IfStatement" && isRefusal(node.consequent)) return true;
  return false;
}

/** Somebody is turned away in it, or after it by what it has found. */
function decides(asked: Node, after: readonly Node[]): boolean {
  if (refusesIn(asked)) return true;
  const names = new Set<string>();
  for (const node of walkOwn(asked))
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier") names.add(node.left.name);
  if (names.size === 0) return false;
  return after.some(
    (one) =>
      one.type === "IfStatement" &&
      isRefusal(one.consequent) &&
      [...walk(one.test)].some((node) => node.type === "Identifier" && names.has(node.name)),
  );
}

/** `return next()`, `await next()`, `return handler(request)`; not `next(error)`. */
function goesOn(statement: Node, thrown: Node | null): boolean {
  const given =
    statement.type === "ReturnStatement"
      ? statement.argument
      : statement.type === "ExpressionStatement"
        ? statement.expression
        : null;
  const called = given?.type === "AwaitExpression" ? given.argument : given;
  if (called?.type !== "CallExpression") return false;
  const { callee } = called;
  const isNext =
    callee.type === "Identifier"
      ? GOES_ON.test(callee.name)
      : callee.type === "MemberExpression" &&
        callee.object.type === "Identifier" &&
        callee.object.name === "NextResponse" &&
        calledName(called) === "next";
  if (!isNext) return false;
  // Whatever else Express's next is given ends the line; that of tRPC is given a context.
  if (callee.type === "Identifier" && callee.name === "next")
    return called.arguments.every((arg) => arg.type === "ObjectExpression" && arg.properties.every(isOfContext));
  return !called.arguments.some(
    (arg) => arg.type === "Identifier" && thrown?.type === "Identifier" && arg.name === thrown.name,
  );
}

/** `next({ ctx: { user } })`; an object that says a status is an error. */
function isOfContext(property: Node): boolean {
  return (
    property.type === "SpreadElement" ||
    (property.type === "Property" &&
      property.key.type === "Identifier" &&
      /^(?:ctx|context|input|rawInput|sendContext)$/.test(property.key.name))
  );
}

/** It writes down that something failed, and nothing more. */
function onlyNotes(body: Node): boolean {
  for (const node of walkOwn(body)) {
    if (node.type === "ReturnStatement" || node.type === "ThrowStatement" || node.type === "AssignmentExpression")
      return false;
    if (node.type === "CallExpression" && ENDS.test(calledName(node)) && !isLog(node.callee)) return false;
  }
  return true;
}

function isLog(callee: Node): boolean {
  return /^(?:console|log|logger|sentry)$/i.test(receiverName(callee));
}

/** What comes after lets the request go on; of a hook nothing comes after. */
function letsGoOn(after: readonly Node[], fn: Node): boolean {
  const [first] = after;
  if (first !== undefined) return goesOn(first, null);
  return isFunction(fn) && fn.params.some((one) => one.type === "Identifier" && /^(?:reply|rep)$/.test(one.name));
}
