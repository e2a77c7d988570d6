import type { Node } from "oxc-parser";
import { exportedValue } from "../interpret/module-value.ts";
import { plainMember } from "../interpret/plain-member.ts";
import type { ProjectFile } from "../project.ts";
import { unwrapped } from "../syntax/unwrapped.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST } from "./follow-handler.ts";
import { declarationOf, exported, METHODS } from "./next.ts";

/** Astro's and SolidStart's routes, which export a function for each method, and Fresh's, which list them. */
export function methodExportEntryPoints(file: ProjectFile): EntryPoint[] {
  const path = routePath(file);
  if (path === null) return [];
  const found: EntryPoint[] = [];
  for (const method of [...METHODS, "ALL"]) {
    if (!file.module.exports.has(method)) continue;
    const label = { kind: "route" as const, framework: "web", label: `${method} ${path}`, method, path };
    found.push(exported(file, method, label, [REQUEST]));
  }
  return found.length > 0 || !file.module.exports.has("handler") ? found : listed(file, path);
}

function routePath(file: ProjectFile): string | null {
  if (!/\b(?:API(?:Route|Context|Event)|Handlers|FreshContext|PageConfig|RouteContext)\b|astro|solid/i.test(file.text))
    return null;
  const inside = /(?:^|\/)(?:pages|routes)\/(.*?)(?:\/index)?\.[jt]sx?$/.exec(file.path)?.[1];
  return inside === undefined || /(?:^|\/)app\/routes\//.test(file.path) ? null : `/${inside}`;
}

/** `export const handler: Handlers = { async DELETE(request, context) { … } }`. */
function listed(file: ProjectFile, path: string): EntryPoint[] {
  const declared = declarationOf(file, "handler");
  const declarator = declared.type === "VariableDeclaration" ? declared.declarations[0] : declared;
  if (declarator?.type !== "VariableDeclarator" || declarator.init === null) return [];
  const all = unwrapped(declarator.init);
  if (all.type !== "ObjectExpression") return [];
  return all.properties.flatMap((one: Node) => {
    if (one.type !== "Property" || one.key.type !== "Identifier" || !METHODS.includes(one.key.name)) return [];
    const { name } = one.key;
    return [
      {
        kind: "route" as const,
        framework: "web",
        name: `${name} ${path}`,
        method: name,
        path,
        file: file.path,
        node: one,
        follow(machine): void {
          const value = exportedValue(machine, file.path, "handler");
          const handler = value === null ? null : plainMember(value, name);
          if (handler !== null) followHandler(machine, handler, [REQUEST, REQUEST], { file: file.path, node: one });
        },
      } satisfies EntryPoint,
    ];
  });
}
