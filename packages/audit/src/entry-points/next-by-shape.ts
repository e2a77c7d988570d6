import type { Node, ParamPattern } from "oxc-parser";
import type { ProjectFile } from "../project.ts";
import type { EntryPoint } from "./entry-point.ts";
import { functionIn } from "./handlers.ts";
import { appRoutes, declarationOf, METHODS, page, pagesApi } from "./next.ts";

/**
 * What Next.js alone calls, told by its shape, in a file that does not stand where Next.js looks for it (re-exported
 * from there, or the tree is only a part of one). Where a file that does stand there has led to it, it was judged so.
 */
export function nextByShape(file: ProjectFile): EntryPoint[] {
  if (looksLikeAppRoutes(file)) return appRoutes(file);
  if (looksLikePagesApi(file)) return pagesApi(file);
  return looksLikePage(file) ? page(file) : [];
}

/** Exports named after methods that take what the App Router hands over. */
function looksLikeAppRoutes(file: ProjectFile): boolean {
  if (!/NextRe(?:quest|sponse)|next\/(?:server|headers)|:\s*Request\b/.test(file.text)) return false;
  if (!/\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b/.test(file.text)) return false;
  const named = METHODS.filter((method) => file.module.exports.has(method));
  return named.length > 0 && named.every((method) => takesContext(declarationOf(file, method)));
}

/** `export default function handler(req: NextApiRequest, res: NextApiResponse)`. */
function looksLikePagesApi(file: ProjectFile): boolean {
  if (!file.text.includes("NextApiRequest") || !file.module.exports.has("default")) return false;
  const fn = functionIn(declarationOf(file, "default"));
  return fn !== null && fn.params.length === 2 && typeName(fn.params[0]) === "NextApiRequest";
}

/** `export default async function Page({ params, searchParams })`: only the router hands these to a component. */
function looksLikePage(file: ProjectFile): boolean {
  if (!/\.[jt]sx$/.test(file.path) || !/\basync\b/.test(file.text) || !/params|searchParams/.test(file.text))
    return false;
  if (!file.module.exports.has("default")) return false;
  const fn = functionIn(declarationOf(file, "default"));
  const [first, ...more] = fn?.params ?? [];
  return (
    fn?.async === true &&
    more.length === 0 &&
    first?.type === "ObjectPattern" &&
    first.properties.some(
      (one) =>
        one.type === "Property" && one.key.type === "Identifier" && /^(?:params|searchParams)$/.test(one.key.name),
    )
  );
}

function takesContext(node: Node): boolean {
  const fn = functionIn(node);
  if (fn === null) return node.type === "VariableDeclarator" && node.init?.type === "CallExpression";
  const [, second] = fn.params;
  return second?.type !== "Identifier" || !/^_?res(?:ponse)?$/.test(second.name);
}

function typeName(parameter: ParamPattern | undefined): string {
  if (parameter?.type !== "Identifier") return "";
  const type = parameter.typeAnnotation?.typeAnnotation;
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier" ? type.typeName.name : "";
}
