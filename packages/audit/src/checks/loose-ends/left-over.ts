import type { ImportDeclaration, Node } from "oxc-parser";
import { mayRefuse, refuses, refusing } from "../../knowledge/refuses.ts";
import type { Project, ProjectFile } from "../../project.ts";
import { unusedGuard, unusedSchema } from "../../rules/catalogue.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { declaredWithoutRight } from "../auth/declared-without-right.ts";
import { governedByLess } from "../auth/governed-by-less.ts";
import type { LooseEnd } from "./loose-end.ts";
import { uncompared } from "./uncompared.ts";
import { unasked } from "./unasked.ts";

const SCHEMA =
  /^(?:z|v|yup|Yup|joi|Joi|Type|t)\s*\.\s*(?:strict_?[oO]bject|loose_?[oO]bject|object|array|union|discriminatedUnion|Object)\s*\(/;

const SCHEMA_NAMED =
  /\bconst\s+(\w+)\s*=\s*(?:z|v|yup|Yup|joi|Joi|Type|t)\s*\.\s*(?:strict_?[oO]bject|loose_?[oO]bject|object|array|union|discriminatedUnion|Object)\s*\(/g;

/**
 * What a protection has left behind in the text: a guard that nothing calls, a role that was looked up and that nobody
 * asks, a schema that nothing is parsed with, a tenant that was read and confines nothing.
 */
export function leftOvers(file: ProjectFile, project: Project): LooseEnd[] {
  const { text } = file;
  if (text.includes("use client") && file.module.directives.has("use client")) return [];
  const found: LooseEnd[] = [
    ...unasked(file),
    ...uncompared(file),
    ...declaredWithoutRight(file, project),
    ...governedByLess(file),
  ];
  // The syntax of most files is never asked for.
  if (!mayHoldUnused(text)) return found;
  for (const node of file.syntax.program.body) {
    if (node.type === "ImportDeclaration" && node.importKind !== "type") {
      for (const one of node.specifiers) {
        const { name } = one.local;
        if (refuses(name) && saysOnce(text, name, one) && !asksInAnotherWay(node, name, text))
          found.push(guard(name, one));
      }
    } else if (node.type === "FunctionDeclaration" && node.id !== null) {
      if (refuses(node.id.name) && saysOnce(text, node.id.name, node.id)) found.push(guard(node.id.name, node.id));
    } else if (node.type === "VariableDeclaration") {
      for (const { id, init } of node.declarations) {
        if (id.type !== "Identifier" || init === null) continue;
        if (isFunction(init)) {
          if (refuses(id.name) && saysOnce(text, id.name, id)) found.push(guard(id.name, id));
        } else if (SCHEMA.test(text.slice(init.start, init.start + 40)) && saysOnce(text, id.name, id))
          found.push({
            rule: unusedSchema,
            node: id,
            message: `${id.name} says what input looks like, and nothing is parsed with it.`,
          });
      }
    }
  }
  return found;
}

function mayHoldUnused(text: string): boolean {
  if (mayRefuse(text)) {
    const [once, again] = [new Set<string>(), new Set<string>()];
    for (const name of refusing(text)) (once.has(name) ? again : once).add(name);
    if (once.size > again.size) return true;
  }
  for (const { 1: name = "", index, 0: whole } of text.matchAll(SCHEMA_NAMED))
    if (saysOnce(text, name, { start: index, end: index + whole.length })) return true;
  return false;
}

/** `verifyAccess` and `verifyAccessWithRole` of one module: the same is asked in two ways, and one of them is called here. */
function asksInAnotherWay({ specifiers }: ImportDeclaration, name: string, text: string): boolean {
  return specifiers.some(({ local }) => {
    if (local.name === name || !refuses(local.name) || saysOnce(text, local.name, local)) return false;
    const [short, long] = local.name.length < name.length ? [local.name, name] : [name, local.name];
    return (
      long.startsWith(short) && /^(?:With|By|For|In|Of|From|Or|And|On|To|Using)(?![a-z])/.test(long.slice(short.length))
    );
  });
}

function guard(name: string, node: Node): LooseEnd {
  return { rule: unusedGuard, node, message: `${name} is there to refuse somebody, and nothing calls it.` };
}

/** Whether the text names it at its binding and nowhere else, comments and strings included. */
function saysOnce(text: string, name: string, { start, end }: { start: number; end: number }): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    if (at >= start && at < end) continue;
    if (!isOfName(text[at - 1]) && !isOfName(text[at + name.length])) return false;
  }
  return true;
}

function isOfName(character: string | undefined): boolean {
  return character !== undefined && /[\w$]/.test(character);
}
