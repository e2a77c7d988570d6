import type { Expression } from "oxc-parser";
import type { Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";
import type { Scope } from "./scope.ts";

/** Koa: `ctx.body = …` is the answer, and `ctx.status` its status. `req.body = …` is what middleware makes of the input. */
export function answerByAssignment(
  machine: Machine,
  node: Extract<Expression, { type: "AssignmentExpression" }>,
  value: Value,
  scope: Scope,
): void {
  const { left } = node;
  if (left.type !== "MemberExpression" || left.computed || left.property.type !== "Identifier") return;
  const { name } = left.property;
  if (name !== "body" && name !== "status") return;
  const { object } = left;
  const named = object.type === "Identifier" ? object.name : object.type === "ThisExpression" ? "this" : "";
  const holder = machine.evaluate(object, scope);
  const isContext = holder.k === "request" && holder.path === "" && /^(?:ctx|context|koa\w*|this)$/i.test(named);
  if (!isContext && holder.k !== "response-writer") return;
  if (name === "status") {
    if (!isContext) machine.attach("status", value);
    return;
  }
  const place = { file: scope.file, node };
  machine.record({ kind: "html", value, place });
  machine.record({ kind: "respond", body: value, status: machine.state?.attached.get("status") ?? null, place });
}
