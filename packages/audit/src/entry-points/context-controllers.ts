import type { MethodDefinition } from "oxc-parser";
import { construct, fieldOf } from "../interpret/class.ts";
import { moduleScope } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST } from "./follow-handler.ts";
import { declaredBy } from "../syntax/declared.ts";

/** Adonis: methods of controllers that are handed the context of a request, by its type. Their routes stand elsewhere. */
export function contextControllerEntryPoints(file: ProjectFile): EntryPoint[] {
  if (!/\bHttpContext(?:Contract)?\b/.test(file.text)) return [];
  const found: EntryPoint[] = [];
  for (const statement of file.syntax.program.body) {
    const declared = declaredBy(statement);
    if (declared?.type !== "ClassDeclaration" || declared.id?.name.endsWith("Controller") !== true) continue;
    for (const member of declared.body.body) {
      if (member.type !== "MethodDefinition" || member.kind !== "method" || !takesContext(member)) continue;
      const name = member.key.type === "Identifier" ? member.key.name : "";
      if (name === "") continue;
      found.push({
        kind: "handler",
        framework: "adonis",
        name,
        method: null,
        path: null,
        file: file.path,
        node: member,
        follow(machine) {
          const place = { file: file.path, node: member };
          machine.learn("unmounted", { sure: true, place, why: "its route is declared elsewhere" });
          const scope = moduleScope(machine, file.path);
          const instance = construct(machine, { k: "class", node: declared, scope, file: file.path }, []);
          followHandler(machine, fieldOf(machine, instance, name), [REQUEST], place);
        },
      });
    }
  }
  return found;
}

function takesContext({ value }: MethodDefinition): boolean {
  const [first] = value.params;
  if (first === undefined || !("typeAnnotation" in first)) return false;
  const type = first.typeAnnotation?.typeAnnotation;
  return (
    type?.type === "TSTypeReference" &&
    type.typeName.type === "Identifier" &&
    /^HttpContext(?:Contract)?$/.test(type.typeName.name)
  );
}
