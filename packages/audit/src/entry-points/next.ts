import type { Node } from "oxc-parser";
import { exportedValue, moduleScope } from "../interpret/module-value.ts";
import { closureOf } from "../interpret/closure.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import { walk } from "../syntax/walk.ts";
import { client, struct, type FunctionNode, type Value } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { areWrapped, wrappedNeighbours } from "./wrapped-neighbours.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
export const CONTEXT: Value = struct({ params: client("params", ""), searchParams: client("query", "") });

/** App Router routes, Pages API, pages, server actions, and the same of frameworks built alike (Remix, SvelteKit). */
export function nextEntryPoints(file: ProjectFile): EntryPoint[] {
  const { path } = file;
  if (/(?:^|\/)route\.[cm]?[jt]sx?$/.test(path) && /(?:^|\/)app\//.test(path)) return appRoutes(file);
  if (/(?:^|\/)\+server\.[jt]s$/.test(path)) return appRoutes(file);
  if (/(?:^|\/)pages\/api\/.*\.[cm]?[jt]sx?$/.test(path)) return pagesApi(file);
  const found: EntryPoint[] = [...actions(file)];
  if (/(?:^|\/)app\/(?:.*\/)?(?:page|layout|template|default)\.[jt]sx?$/.test(path)) found.push(...page(file));
  for (const name of ["loader", "action"]) {
    if (/(?:^|\/)(?:app\/)?routes\//.test(path) && file.text.includes(name) && file.module.exports.has(name)) {
      found.push(
        exported(
          file,
          name,
          {
            kind: "route",
            framework: "remix",
            label: `${name} ${path}`,
            method: name === "action" ? "POST" : "GET",
            path: null,
          },
          [bagOfRequest()],
        ),
      );
    }
  }
  for (const name of ["getServerSideProps"]) {
    if (file.text.includes(name) && file.module.exports.has(name))
      found.push(
        exported(file, name, { kind: "page", framework: "next", label: `${name} ${path}`, method: null, path: null }, [
          REQUEST,
        ]),
      );
  }
  return found;
}

function bagOfRequest(): Value {
  return REQUEST;
}

export function appRoutes(file: ProjectFile): EntryPoint[] {
  const route = appPath(file.path);
  const methods = METHODS.filter((method) => file.module.exports.has(method));
  const declared = (method: string): Node => declarationOf(file, method);
  return methods.map((method) => ({
    ...exported(file, method, { kind: "route", framework: "next", label: `${method} ${route}`, method, path: route }, [
      REQUEST,
      CONTEXT,
    ]),
    ...(areWrapped(methods, declared)
      ? { neighbours: () => wrappedNeighbours(method, methods, declared, file.text) }
      : {}),
  }));
}

interface Label {
  readonly kind: EntryPoint["kind"];
  readonly framework: string;
  readonly label: string;
  readonly method: string | null;
  readonly path: string | null;
}

/** An entry point that is an export. */
export function exported(file: ProjectFile, name: string, label: Label, args: readonly Value[]): EntryPoint {
  const node = declarationOf(file, name);
  return {
    kind: label.kind,
    framework: label.framework,
    name: label.label,
    method: label.method,
    path: label.path,
    file: file.path,
    node,
    follow(machine) {
      const value = exportedValue(machine, file.path, name);
      if (value !== null) followHandler(machine, value, args, { file: file.path, node });
    },
  };
}

/** Where a name is declared: the function itself where that is to be seen. */
export function declarationOf(file: ProjectFile, name: string): Node {
  const found = file.module.exports.get(name);
  // `export default handler`
  const named = found?.kind === "value" && found.value.type === "Identifier" ? found.value.name : name;
  const binding = file.module.bindings.get(found?.kind === "local" ? found.name : named);
  if (binding?.kind === "local") return binding.node;
  return found?.node ?? file.syntax.program;
}

function appPath(path: string): string {
  const inApp = /(?:^|\/)(?:app|routes)\/(?:(.*)\/)?(?:\+server|route|page|layout|template|default)\.[cm]?[jt]sx?$/;
  const found = inApp.exec(path);
  if (found === null) return `/${lastWords(path)}`;
  const [, inside = ""] = found;
  const parts = inside.split("/").filter((part) => part !== "" && !/^\(.*\)$|^@/.test(part));
  return `/${parts.join("/")}`;
}

/** What a file's own name says of a route that no folder names: `src/features/invoices/send.ts` is `invoices/send`. */
function lastWords(path: string): string {
  const words = path.replace(/\.[cm]?[jt]sx?$/, "").split("/");
  return words.slice(-2).join("/");
}

function pagesPath(path: string): string {
  const found = /(?:^|\/)pages\/(api\/.*?)(?:\/index)?\.[cm]?[jt]sx?$/.exec(path);
  return found?.[1] ?? lastWords(path);
}

/** The path that a file of `pages/api` or an App Router's `route` answers. */
export function pathOfFile(path: string): string {
  return /(?:^|\/)pages\/api\//.test(path) ? `/${pagesPath(path)}` : appPath(path);
}

export function pagesApi(file: ProjectFile): EntryPoint[] {
  if (!file.module.exports.has("default")) return [];
  const inside = pagesPath(file.path);
  return [
    exported(
      file,
      "default",
      { kind: "route", framework: "next-pages", label: `/${inside}`, method: null, path: `/${inside}` },
      [REQUEST, WRITER],
    ),
  ];
}

export function page(file: ProjectFile): EntryPoint[] {
  if (!file.module.exports.has("default") || file.module.directives.has("use client")) return [];
  const route = appPath(file.path);
  return [
    exported(file, "default", { kind: "page", framework: "next", label: `page ${route}`, method: null, path: route }, [
      CONTEXT,
      CONTEXT,
    ]),
  ];
}

/** `"use server"` at the top of a file or of a function: a client may call it with whatever it likes. */
function actions(file: ProjectFile): EntryPoint[] {
  const found: EntryPoint[] = [];
  if (!file.text.includes("use server")) return found;
  if (file.module.directives.has("use server")) {
    for (const name of file.module.exports.keys()) {
      const node = declarationOf(file, name);
      if (isHandedFunction(node)) continue;
      found.push({
        kind: "action",
        framework: "next",
        name: name === "default" ? file.path : name,
        method: "POST",
        path: null,
        file: file.path,
        node,
        follow(machine) {
          const value = exportedValue(machine, file.path, name);
          if (value === null || value.k === "struct" || value.k === "literal") return;
          followHandler(machine, value, argumentsOf(value), { file: file.path, node });
        },
      });
    }
    return found;
  }
  for (const node of walk(file.syntax.program)) {
    if (!isFunction(node) || node.body?.type !== "BlockStatement") continue;
    const [first] = node.body.body;
    if (
      first?.type !== "ExpressionStatement" ||
      first.expression.type !== "Literal" ||
      first.expression.value !== "use server"
    )
      continue;
    found.push({
      kind: "action",
      framework: "next",
      name: nameOfFunction(node) ?? "inline action",
      method: "POST",
      path: null,
      file: file.path,
      node,
      follow(machine) {
        const closure = closureOf(node, moduleScope(machine, file.path), "");
        followHandler(machine, closure, argumentsOf(closure), { file: file.path, node });
      },
    });
  }
  return found;
}

/** `withSession(fn: (session: Session) => Promise<T>)`: no client can send a function; the actions beside it are made with it. */
function isHandedFunction(node: Node): boolean {
  const made = node.type === "VariableDeclarator" ? node.init : node;
  if (made === null || !isFunction(made)) return false;
  return made.params.some((parameter) => {
    const pattern = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
    return pattern.type === "Identifier" && pattern.typeAnnotation?.typeAnnotation.type === "TSFunctionType";
  });
}

function nameOfFunction(node: FunctionNode): string | null {
  return node.type !== "ArrowFunctionExpression" && node.id !== null ? node.id.name : null;
}

/** The arguments of an action, each under its own name. */
function argumentsOf(value: Value): Value[] {
  if (value.k !== "closure") return [client("arguments", "0"), client("arguments", "1"), client("arguments", "2")];
  return value.node.params.map((parameter, at) => {
    const pattern = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
    const name =
      pattern.type === "Identifier"
        ? pattern.name
        : pattern.type === "AssignmentPattern" && pattern.left.type === "Identifier"
          ? pattern.left.name
          : "";
    const type = pattern.type === "Identifier" ? pattern.typeAnnotation?.typeAnnotation : undefined;
    const isForm =
      name === "formData" ||
      (type?.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === "FormData");
    return isForm ? client("body", "") : client("arguments", name === "" ? String(at) : name);
  });
}
