import type { Class, Node } from "oxc-parser";
import { construct } from "../interpret/class.ts";
import { moduleScope } from "../interpret/module-value.ts";
import { Scope } from "../interpret/scope.ts";
import { closureOf } from "../interpret/closure.ts";
import { bindPattern } from "../interpret/bind-pattern.ts";
import type { ProjectFile } from "../project.ts";
import { declaredBy } from "../syntax/declared.ts";
import { isFunction } from "../syntax/is-function.ts";
import { client, type FunctionNode, opaque } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler } from "./follow-handler.ts";

/** Misskey's endpoints: `class extends Endpoint { constructor() { super(meta, paramDef, async (ps, me) => …) } }`. */
export function endpointClassEntryPoints(file: ProjectFile): EntryPoint[] {
  if (!/\bextends\s+\w*Endpoint\b/.test(file.text) || !/\bsuper\(/.test(file.text)) return [];
  const found: EntryPoint[] = [];
  for (const statement of file.syntax.program.body) {
    const declared = declaredBy(statement);
    if (declared?.type !== "ClassDeclaration" && declared?.type !== "ClassExpression") continue;
    const maker = constructorOf(declared);
    const fn = maker === null ? null : handedToSuper(maker);
    if (maker !== null && fn !== null) found.push(entry(file, declared, maker, fn));
  }
  return found;
}

const OPEN = /\brequireCredential\s*:\s*false/;

function constructorOf(of: Class): FunctionNode | null {
  for (const one of of.body.body)
    if (one.type === "MethodDefinition" && one.kind === "constructor" && one.value.body !== null) return one.value;
  return null;
}

function handedToSuper({ body }: FunctionNode): FunctionNode | null {
  if (body?.type !== "BlockStatement") return null;
  for (const statement of body.body) {
    if (statement.type !== "ExpressionStatement" || statement.expression.type !== "CallExpression") continue;
    const { callee, arguments: args } = statement.expression;
    const last: Node | undefined = args.at(-1);
    if (callee.type === "Super" && last !== undefined && isFunction(last)) return last;
  }
  return null;
}

function entry(file: ProjectFile, of: Class, maker: FunctionNode, fn: FunctionNode): EntryPoint {
  const name = file.path.replace(/^.*\/endpoints\//, "").replace(/\.[cm]?[jt]s$/, "");
  return {
    kind: "procedure",
    framework: "endpoint",
    name,
    method: "POST",
    path: `/${name}`,
    file: file.path,
    node: fn,
    declaredOpen: OPEN.test(file.text),
    follow(machine) {
      const place = { file: file.path, node: fn };
      if (/\brequire(?:Credential|Auth\w*|Login)\s*:\s*true/.test(file.text))
        machine.learn("auth", { sure: false, place, why: "the endpoint is declared to be for those who are known" });
      if (/\brequire(?:Moderator|Admin|Role\w*)\s*:\s*(?:true|["'])/.test(file.text)) {
        machine.learn("auth", { sure: false, place, why: "the endpoint is declared to be for those who are known" });
        machine.learn("role", { sure: false, place, why: "the endpoint is declared to be for staff of the instance" });
      }
      // Declared to be for strangers too: what they see of it is decided row by row.
      if (OPEN.test(file.text))
        machine.learn("opaque:auth", { sure: false, place, why: "the endpoint is declared to be for everybody" });
      machine.learn("opaque:scope:user", { sure: false, place, why: "people are everybody's to look up there" });
      if (!/["'`](?:write|admin)[:/]/.test(file.text))
        machine.learn("opaque:scope", { sure: false, place, why: "what may be read there is for the services to say" });
      machine.learn("valid:client:body.", { sure: true, place, why: "the endpoint declares its shape" });
      const scope = moduleScope(machine, file.path);
      const self = construct(machine, { k: "class", node: of, scope, file: file.path }, []);
      const inner = new Scope(file.path, scope, self);
      for (const parameter of maker.params) bindPattern(machine, parameter, opaque("parameter"), inner);
      followHandler(
        machine,
        closureOf(fn, inner, name),
        [client("body", "", true), { k: "principal", path: "", sure: false, origin: place }],
        place,
      );
    },
  };
}
