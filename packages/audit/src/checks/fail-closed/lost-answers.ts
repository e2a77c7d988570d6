import type { Node } from "oxc-parser";
import { calledName } from "../../syntax/called-name.ts";
import { walk, walkOwn } from "../../syntax/walk.ts";
import { answerOf, decisive, truthOf } from "./gates.ts";
import { isRefusal } from "../../syntax/is-refusal.ts";

/**
 * A decision that stays what it was when what it should come from fails, and that lets in as it is:
 * `let allowed = true; try { allowed = await ask() } catch { log() } if (!allowed) return forbidden()`,
 * `const revoked = await list.get(id).catch(() => null); if (revoked) return unauthorized()`.
 */
export function lostAnswers(program: Node): Node[] {
  const found: Node[] = [];
  for (const node of walk(program))
    if (node.type === "BlockStatement" || node.type === "Program") block(node.body, found);
  return found;
}

function block(statements: readonly Node[], found: Node[]): void {
  for (const [at, one] of statements.entries()) {
    if (one.type !== "VariableDeclaration") continue;
    for (const declared of one.declarations) {
      if (declared.id.type !== "Identifier" || declared.init === null) continue;
      const after = statements.slice(at + 1);
      const stays = staysWhenLost(declared.init, declared.id.name, after);
      if (stays !== null && refusesBy(declared.id.name, !stays.truth, after)) found.push(stays.node ?? declared);
    }
  }
}

interface Stays {
  readonly truth: boolean;
  /** Where it is said, if that is not where it is declared. */
  readonly node: Node | null;
}

function staysWhenLost(init: Node, name: string, after: readonly Node[]): Stays | null {
  const asked = init.type === "AwaitExpression" ? init.argument : init;
  if (asked.type === "CallExpression" && calledName(asked) === "catch") {
    const truth = truthOf(answerOf(asked.arguments[0]));
    return truth === null ? null : { truth, node: null };
  }
  const begun = truthOf(init);
  for (const one of after) {
    if (one.type !== "TryStatement" || !assigns(one.block, name) || one.handler === null) continue;
    const last = one.handler.body.body.at(-1);
    if (last?.type === "ReturnStatement" || last?.type === "ThrowStatement") return null;
    const assigned = assignment(one.handler.body, name);
    if (assigned !== null) {
      const truth = truthOf(assigned.type === "AssignmentExpression" ? assigned.right : null);
      return truth === null ? null : { truth, node: assigned };
    }
    return begun === null ? null : { truth: begun, node: null };
  }
  return null;
}

function assigns(node: Node, name: string): boolean {
  return assignment(node, name) !== null;
}

function assignment(within: Node, name: string): Node | null {
  for (const node of walkOwn(within))
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier" && node.left.name === name) return node;
  return null;
}

/** `if (!allowed) refuse()`; with `wanted` the truth on which somebody is refused. */
function refusesBy(name: string, wanted: boolean, statements: readonly Node[]): boolean {
  return statements.some(
    (one) =>
      one.type === "IfStatement" &&
      isRefusal(one.consequent) &&
      decisive(one.test).some(({ of, negated }) => of.type === "Identifier" && of.name === name && negated !== wanted),
  );
}
