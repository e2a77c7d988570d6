import type { Node, ParamPattern } from "oxc-parser";
import { exportedValue } from "../interpret/module-value.ts";
import { plainMember } from "../interpret/plain-member.ts";
import type { ProjectFile } from "../project.ts";
import { unwrapped } from "../syntax/unwrapped.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST } from "./follow-handler.ts";
import { functionIn } from "./handlers.ts";
import { declarationOf, exported, pathOfFile } from "./next.ts";

/** SvelteKit's `load` and form actions, and Remix's loaders and actions that stand elsewhere than in `routes`. */
export function pageFileEntryPoints(file: ProjectFile): EntryPoint[] {
  if (/(?:^|\/)\+(?:page|layout)\.server\.[jt]s$/.test(file.path)) return [...load(file), ...formActions(file)];
  if (!/(?:^|\/)(?:app\/)?routes\//.test(file.path)) return byShape(file);
  return [];
}

function load(file: ProjectFile): EntryPoint[] {
  if (!file.module.exports.has("load")) return [];
  const path = pathOfFile(file.path);
  return [
    exported(file, "load", { kind: "page", framework: "sveltekit", label: `load ${path}`, method: null, path }, [
      REQUEST,
    ]),
  ];
}

/** `export const actions = { remove: async ({ locals, request }) => … }`: each is a form anybody may send. */
function formActions(file: ProjectFile): EntryPoint[] {
  const found = file.module.exports.get("actions");
  if (found === undefined) return [];
  const declared = declarationOf(file, "actions");
  const listed = objectIn(declared);
  if (listed === null) return [];
  const path = pathOfFile(file.path);
  return listed.properties.flatMap((one) => {
    if (one.type !== "Property" || one.computed) return [];
    const name = one.key.type === "Identifier" ? one.key.name : one.key.type === "Literal" ? String(one.key.value) : "";
    if (name === "") return [];
    return [
      {
        kind: "action" as const,
        framework: "sveltekit",
        name: `${name} ${path}`,
        method: "POST",
        path,
        file: file.path,
        node: one,
        follow(machine): void {
          const all = exportedValue(machine, file.path, "actions");
          const value = all === null ? null : plainMember(all, name);
          if (value !== null) followHandler(machine, value, [REQUEST], { file: file.path, node: one });
        },
      } satisfies EntryPoint,
    ];
  });
}

function objectIn(node: Node): Extract<Node, { type: "ObjectExpression" }> | null {
  if (node.type === "VariableDeclaration") {
    const [only] = node.declarations;
    return only === undefined ? null : objectIn(only);
  }
  if (node.type === "VariableDeclarator") return node.init === null ? null : objectIn(node.init);
  const inner = unwrapped(node);
  return inner.type === "ObjectExpression" ? inner : null;
}

const OF_REMIX = /(?:Action|Loader)(?:Function)?Args$|^(?:Action|Loader)Function$/;

/** `export async function action({ request, params }: Route.ActionArgs)`: only the router hands these over together. */
function byShape(file: ProjectFile): EntryPoint[] {
  if (!/(?:Action|Loader)(?:Function)?Args|react-router|@remix-run/.test(file.text)) return [];
  return ["loader", "action"].flatMap((name) => {
    if (!file.text.includes(name) || !file.module.exports.has(name)) return [];
    const fn = functionIn(declarationOf(file, name));
    if (fn === null || !takesRoute(fn.params[0])) return [];
    const method = name === "action" ? "POST" : "GET";
    const label = `${name} ${file.path}`;
    return [exported(file, name, { kind: "route", framework: "remix", label, method, path: null }, [REQUEST])];
  });
}

function takesRoute(parameter: ParamPattern | undefined): boolean {
  if (parameter === undefined || parameter.type === "TSParameterProperty") return false;
  const type = "typeAnnotation" in parameter ? parameter.typeAnnotation?.typeAnnotation : undefined;
  if (type?.type === "TSTypeReference") {
    const name =
      type.typeName.type === "Identifier"
        ? type.typeName.name
        : type.typeName.type === "TSQualifiedName"
          ? type.typeName.right.name
          : "";
    if (OF_REMIX.test(name)) return true;
  }
  return (
    parameter.type === "ObjectPattern" &&
    parameter.properties.some(
      (one) => one.type === "Property" && one.key.type === "Identifier" && one.key.name === "request",
    )
  );
}
