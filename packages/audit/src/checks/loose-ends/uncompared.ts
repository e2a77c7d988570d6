import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { unusedGuard } from "../../rules/catalogue.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { isNamedAgain } from "../../syntax/is-named-again.ts";
import { walk } from "../../syntax/walk.ts";
import type { LooseEnd } from "./loose-end.ts";

const DIGESTS = /\bcreateHmac\(/;

/** Signatures that are made to be compared, and of which at most the length is. */
export function* uncompared({ text, syntax }: ProjectFile): Generator<LooseEnd> {
  if (!DIGESTS.test(text)) return;
  const { program } = syntax;
  const digests = new Set(["createHmac"]);
  for (const node of walk(program)) {
    // `const mac = (text) => createHmac(…)`
    const [id, held] =
      node.type === "VariableDeclarator" ? [node.id, node.init] : isFunction(node) ? [node.id, node] : [null, null];
    if (id?.type === "Identifier" && held !== null && isFunction(held) && held.end - held.start < 300)
      if (DIGESTS.test(text.slice(held.start, held.end))) digests.add(id.name);
  }
  for (const fn of walk(program)) {
    if (!isFunction(fn) || fn.body === null || fn.body.type !== "BlockStatement") continue;
    for (const statement of fn.body.body) {
      if (statement.type !== "VariableDeclaration") continue;
      for (const { id, init } of statement.declarations) {
        if (id.type !== "Identifier" || init === null || !digests.has(firstCalled(init))) continue;
        if (!isNamedAgain(fn, id, id.name, "length"))
          yield {
            rule: unusedGuard,
            node: id,
            message: `${id.name} is what a signature ought to be, and nobody compares it with one.`,
          };
      }
    }
  }
}

/** `createHmac` of `createHmac("sha256", secret).update(text).digest()`. */
function firstCalled(node: Node): string {
  let inner = node;
  while (inner.type === "CallExpression" || inner.type === "MemberExpression")
    inner = inner.type === "CallExpression" ? inner.callee : inner.object;
  return inner.type === "Identifier" ? inner.name : "";
}
