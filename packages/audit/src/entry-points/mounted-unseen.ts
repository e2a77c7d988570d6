import path from "node:path";
import type { ProjectFile } from "../project.ts";
import type { EntryPoint } from "./entry-point.ts";

const ROUTES = /\.(?:get|post|put|patch|delete)\s*\(\s*["'`]\//;
const ROUTE = /\.(?:get|post|put|patch|delete)\s*\(\s*["'`]\//g;
const VALIDATES = /valid|schema|sanitiz|sanitis|\bdto\b|joi|zod/i;

/**
 * Handlers whose routes another file declares on a router that is not in the tree: `loggedInRoutes.post("/users",
 * validateUser(), controller.save)`. What that router asks for is not seen, and what stands before the handler has looked.
 */
export function mountedUnseen(handlers: EntryPoint[], files: readonly ProjectFile[]): EntryPoint[] {
  if (handlers.length === 0) return handlers;
  let declaring: readonly ProjectFile[] | null = null;
  return handlers.map((handler) => {
    if (handler.kind !== "handler") return handler;
    declaring ??= files.filter(({ text }) => ROUTES.test(text));
    for (const file of declaring) {
      if (file.path === handler.file) continue;
      const before = beforeHandler(file, handler);
      if (before !== null) return behind(handler, file, before);
    }
    return handler;
  });
}

/** What a route of that file says before it names the handler; null where none does. */
function beforeHandler({ path: from, text, module }: ProjectFile, { file, name }: EntryPoint): string | null {
  for (const [local, binding] of module.bindings) {
    if (binding.kind !== "import" || !isFile(from, binding.specifier, file)) continue;
    const whole = `${local}.${name}`;
    const used = binding.name === name ? local : whole;
    for (let at = text.indexOf(used); at !== -1; at = text.indexOf(used, at + used.length)) {
      if (/[\w$.]/.test(text[at - 1] ?? "") || /[\w$]/.test(text[at + used.length] ?? "")) continue;
      const said = text.slice(Math.max(0, at - 400), at);
      const route = [...said.matchAll(ROUTE)].at(-1);
      if (route !== undefined) return said.slice(route.index);
    }
  }
  return null;
}

function isFile(from: string, specifier: string, file: string): boolean {
  if (!specifier.startsWith(".")) return false;
  const there = path.posix.join(path.posix.dirname(from), specifier).replace(/\.[cm]?[jt]sx?$/, "");
  const found = file.replace(/\.[cm]?[jt]sx?$/, "");
  return found === there || found === `${there}/index`;
}

function behind(handler: EntryPoint, { path: declared }: ProjectFile, before: string): EntryPoint {
  return {
    ...handler,
    with: [...(handler.with ?? []), declared],
    follow(machine) {
      const place = { file: handler.file, node: handler.node };
      const why = `${declared} declares its route on a router that is not in the tree`;
      machine.learn("opaque:auth", { sure: false, place, why });
      if (VALIDATES.test(before)) machine.learn("valid:client:body.", { sure: false, place, why });
      handler.follow(machine);
    },
  };
}
