import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { htmlInjection } from "../../rules/catalogue.ts";
import { unwrapped } from "../../syntax/unwrapped.ts";
import type { LooseEnd } from "./loose-end.ts";
import { originOf, walkWithin } from "../injection/markup-origin.ts";

/** A component that keeps something, or asks for it: what it shows is not what it was given. */
const RUNS_IN_BROWSER =
  /\buse(?:State|Effect|Query|SWR|Ref|Memo|Reducer|LoaderData|Fetch\w*|SearchParams)\b|use client/;
const MARKDOWN = /\bmarked\b|showdown|snarkdown|markdown-it|markdownit/;

const MAX_MARKUP = 100;
const MAX_EXPRESSIONS = 300;
/** Of a whole file. */
const MAX_NODES = 2_000_000;

/**
 * HTML that a component in the browser is told by a server, by the address, or makes of Markdown: a component's state
 * comes from wherever it is set, which no path through its body shows.
 */
export function componentMarkup(file: ProjectFile): LooseEnd[] {
  const { text } = file;
  if (!text.includes("dangerouslySetInnerHTML") && !text.includes("nnerHTML")) return [];
  if (!RUNS_IN_BROWSER.test(text) && !MARKDOWN.test(text)) return [];
  if (/\.(?:test|spec|stories)\./.test(file.path)) return [];
  const found: LooseEnd[] = [];
  let looked = 0;
  const left = { expressions: 0, nodes: MAX_NODES };
  for (const { node, functions } of walkWithin(file.syntax.program)) {
    for (const { at, html } of markupIn(node)) {
      // Each is looked for in the whole file.
      looked += 1;
      if (looked > MAX_MARKUP) return found;
      left.expressions = MAX_EXPRESSIONS;
      const origin = originOf(html, {
        program: file.syntax.program,
        functions,
        text,
        left,
      });
      if (origin !== null)
        found.push({
          rule: htmlInjection,
          node: at,
          message: `${origin} is put into the page as HTML: what it holds runs there.`,
        });
    }
  }
  return found;
}

interface Markup {
  readonly at: Node;
  readonly html: Node;
}

/** `dangerouslySetInnerHTML={{ __html: html }}`, `element.innerHTML = html`. */
function markupIn(node: Node): Markup[] {
  if (node.type === "AssignmentExpression")
    return node.left.type === "MemberExpression" &&
      node.left.property.type === "Identifier" &&
      /^(?:innerHTML|outerHTML)$/.test(node.left.property.name)
      ? [{ at: node, html: node.right }]
      : [];
  // What stands in a style or a script is another language, and its author's.
  if (
    node.type !== "JSXOpeningElement" ||
    (node.name.type === "JSXIdentifier" && /^(?:style|script)$/i.test(node.name.name))
  )
    return [];
  return node.attributes.flatMap((attribute) => {
    const html = attribute.type === "JSXAttribute" ? rawHtml(attribute) : null;
    return html === null ? [] : [{ at: attribute, html }];
  });
}

function rawHtml({ name, value }: Extract<Node, { type: "JSXAttribute" }>): Node | null {
  if (
    name.type !== "JSXIdentifier" ||
    name.name !== "dangerouslySetInnerHTML" ||
    value?.type !== "JSXExpressionContainer"
  )
    return null;
  const given = unwrapped(value.expression);
  if (given.type !== "ObjectExpression") return null;
  for (const one of given.properties)
    if (one.type === "Property" && one.key.type === "Identifier" && one.key.name === "__html") return one.value;
  return null;
}
