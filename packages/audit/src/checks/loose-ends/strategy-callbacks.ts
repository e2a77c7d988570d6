import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { unverifiedEmail } from "../../rules/catalogue.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";
import type { LooseEnd } from "./loose-end.ts";

/** Providers that let people write any address into their profile, and say beside it whether it was verified. */
const MAY_NOT_VERIFY =
  /^(?:\w+\.)?\w*(?:Discord|GitHub|GitLab|Facebook|Microsoft|OAuth2|OpenID|OpenIDConnect|Oidc)\w*Strategy$/;
const FINDS =
  /(?:^|\.)(?:find\w*User\w*|get\w*User\w*|(?:\w*[uU]sers?|\w*[uU]ser(?:Model|Repo|Service)?)\.(?:find|get)\w*)$/;

/** `new DiscordStrategy(options, async (access, refresh, profile, cb) => …)`: whoever has that e-mail is signed in as its owner. */
export function strategyCallbacks({ text, syntax }: ProjectFile): LooseEnd[] {
  // Where the file says nothing of it, whether the provider verifies is not known here.
  if (!/Strategy\s*\(/.test(text) || !/verified/i.test(text)) return [];
  const found: LooseEnd[] = [];
  const of = (node: Node): string => text.slice(node.start, node.end);
  for (const node of walk(syntax.program)) {
    if (node.type !== "NewExpression" || !MAY_NOT_VERIFY.test(of(node.callee))) continue;
    const last = node.arguments.at(-1);
    const fn =
      last === undefined
        ? null
        : isFunction(last)
          ? last
          : last.type === "Identifier"
            ? named(syntax.program, last.name)
            : null;
    if (fn === null || !isFunction(fn) || fn.body === null || asksVerified(syntax.program, of)) continue;
    const lookUp = lookUpOf(fn.body, of);
    if (lookUp !== null)
      found.push({
        rule: unverifiedEmail,
        node: lookUp,
        message:
          "Whoever has the provider write this e-mail is signed in: whether it was verified is known, and not asked.",
      });
  }
  return found;
}

function named(program: Node, name: string): Node | null {
  for (const node of walk(program)) {
    if (node.type === "FunctionDeclaration" && node.id?.name === name) return node;
    if (
      node.type === "VariableDeclarator" &&
      node.id.type === "Identifier" &&
      node.id.name === name &&
      node.init !== null
    )
      return isFunction(node.init) ? node.init : null;
  }
  return null;
}

/** Some condition of the file, or what picks one of several addresses, speaks of it. */
function asksVerified(program: Node, of: (node: Node) => string): boolean {
  for (const node of walk(program)) {
    const asked =
      node.type === "IfStatement" || node.type === "ConditionalExpression"
        ? node.test
        : node.type === "LogicalExpression"
          ? node
          : node.type === "CallExpression" && /\.(?:find|filter|some)$/.test(of(node.callee))
            ? node
            : null;
    if (asked !== null && /verif/i.test(of(asked))) return true;
  }
  return false;
}

/** `const user = await findUser({ email })`, where that user is then answered: `cb(null, user)`. */
function lookUpOf(body: Node, of: (node: Node) => string): Node | null {
  for (const node of walk(body)) {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || node.init === null) continue;
    const call = node.init.type === "AwaitExpression" ? node.init.argument : node.init;
    if (call.type !== "CallExpression" || !FINDS.test(of(call.callee)) || !/\bemail\b/.test(of(call))) continue;
    const { name } = node.id;
    for (const other of walk(body))
      if (
        other.type === "CallExpression" &&
        /^(?:done|cb|callback|next|verified)$/.test(of(other.callee)) &&
        other.arguments[1]?.type === "Identifier" &&
        other.arguments[1].name === name
      )
        return call;
  }
  return null;
}
