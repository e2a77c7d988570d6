import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { htmlInjection } from "../../rules/catalogue.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";
import { says } from "../../source/says.ts";
import type { LooseEnd } from "./loose-end.ts";

const OF_PAGE = /`[^`]*<\/?[a-z][^`]*\$\{/i;
const ESCAPES = /^(?:esc|e|h|he|escape\w*|html_?escape|encode_?html|sanitize\w*)$/i;
/** What people write, by the name of the field; nothing that a server counts or makes up. */
const WRITTEN =
  /^(?:text|note|notes|comment|message|body|content|title|name|\w*Name|description|greeting|bio|label|remarks?|subject|caption|answer|review|address|summary|headline|quote|reply|feedback|reason|nickname)$/;

/**
 * `posts.map((p) => `<li>${p.text} <b>${esc(p.name)}</b></li>`)`: of the same row one field is escaped and the other, of
 * the same text, is not.
 */
export function escapedBeside(file: ProjectFile): LooseEnd[] {
  if (!says(file, OF_PAGE) || /\.(?:test|spec|stories)\./.test(file.path)) return [];
  const found: LooseEnd[] = [];
  for (const call of walk(file.syntax.program)) {
    if (call.type !== "CallExpression" || calledName(call) !== "map") continue;
    const [fn] = call.arguments;
    if (fn === undefined || !isFunction(fn) || fn.params[0]?.type !== "Identifier" || fn.body === null) continue;
    const item = fn.params[0].name;
    for (const page of walk(fn.body)) {
      if (page.type !== "TemplateLiteral" || !page.quasis.some((one) => /<[a-z]/i.test(one.value.raw))) continue;
      const escaped = new Set(page.expressions.map((one) => escapedField(one, item)).filter((name) => name !== null));
      if (escaped.size === 0) continue;
      for (const one of page.expressions) {
        const name = fieldOf(one, item);
        if (name === null || !WRITTEN.test(name) || escaped.has(name) || isMadeSafe(file, name)) continue;
        found.push({
          rule: htmlInjection,
          node: one,
          message: `${name} is put into the page as HTML as it is; what stands beside it is escaped.`,
        });
      }
    }
  }
  return found;
}

/** `esc(p.name)` */
function escapedField(node: Node, item: string): string | null {
  const [only] = node.type === "CallExpression" ? node.arguments : [];
  return only !== undefined && ESCAPES.test(calledName(node)) ? fieldOf(only, item) : null;
}

function fieldOf(node: Node, item: string): string | null {
  return node.type === "MemberExpression" &&
    !node.computed &&
    node.object.type === "Identifier" &&
    node.object.name === item &&
    node.property.type === "Identifier"
    ? node.property.name
    : null;
}

/** `{ text: esc(row.text) }`, `post.body = render(…)`: it was made ready before. */
function isMadeSafe(file: ProjectFile, name: string): boolean {
  for (const node of walk(file.syntax.program)) {
    if (
      node.type === "Property" &&
      node.key.type === "Identifier" &&
      node.key.name === name &&
      node.value.type === "CallExpression" &&
      !/^(?:string|text|z|min|max|optional|default|trim)$/.test(calledName(node.value))
    )
      return true;
    if (
      node.type === "AssignmentExpression" &&
      node.left.type === "MemberExpression" &&
      node.left.property.type === "Identifier" &&
      node.left.property.name === name
    )
      return true;
  }
  return false;
}
