import type { Node, ParamPattern } from "oxc-parser";
import { construct, fieldOf } from "../interpret/class.ts";
import { closureOf } from "../interpret/closure.ts";
import { exportedValue, moduleScope } from "../interpret/module-value.ts";
import type { Machine } from "../interpret/machine.ts";
import { memberOf } from "../interpret/member.ts";
import type { ProjectFile } from "../project.ts";
import { client, opaque, type FunctionNode, type Value } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";
import { answersWhether } from "../knowledge/answers-whether.ts";
import { functionKey } from "../syntax/function-key.ts";
import { isFunction } from "../syntax/is-function.ts";
import { functionIn } from "./handlers.ts";
import { declarationOf } from "./next.ts";
import { declaredBy } from "../syntax/declared.ts";

const MAY_GO_WRONG =
  /console\.|log(?:ger)?\.|captureException|query|sql|execute|\$queryRaw|exec|spawn|dangerouslySetInnerHTML|innerHTML|createHmac|timingSafeEqual|fetch\(|axios|searchParams|entitle|feature|subscription|eval\(|new Function|process\.env/i;

/** What else its own text may speak of when it matters: statements, credentials, plans. */
const MAY_MATTER =
  /\b(?:select|insert|update|delete|from)\s|secret|token|hmac|signature|html|verify|jwt|hash|password|credential|plan|premium|paid|tier|headers|cookies|formData|\breq(?:uest)?\b|raw|run\(/i;

/**
 * Every function no entry point has reached: its callers are not known, so only what is wrong whoever calls it is judged
 * (a secret that is logged, a statement built from text, a check that fails open).
 */
export function functionEntryPoints(file: ProjectFile, reached: ReadonlySet<string>): EntryPoint[] {
  const found: EntryPoint[] = [];
  // What such a function can do wrong by itself is named in its file, or there is nothing to find.
  if (!MAY_GO_WRONG.test(file.text)) return found;
  for (const statement of file.syntax.program.body) {
    const declaration = declaredBy(statement);
    if (declaration === null) continue;
    if (declaration.type === "FunctionDeclaration" && declaration.body !== null)
      add(file, declaration, declaration.id?.name ?? "default", reached, found);
    else if (declaration.type === "VariableDeclaration") {
      for (const one of declaration.declarations) {
        const fn = functionIn(one);
        if (fn !== null && one.id.type === "Identifier") add(file, fn, one.id.name, reached, found);
      }
    } else if (declaration.type === "ClassDeclaration") {
      for (const member of declaration.body.body) {
        if (
          member.type !== "MethodDefinition" ||
          member.value.body === null ||
          member.key.type !== "Identifier" ||
          member.kind !== "method" ||
          reached.has(functionKey(file.path, member.value)) ||
          !mayGoWrong(file, member, member.key.name)
        )
          continue;
        const { name } = member.key;
        const method = member.value;
        found.push({
          kind: "function",
          framework: "",
          name: `${declaration.id?.name ?? "class"}.${name}`,
          method: null,
          path: null,
          file: file.path,
          node: member,
          follow(machine) {
            const instance = construct(
              machine,
              { k: "class", node: declaration, scope: moduleScope(machine, file.path), file: file.path },
              [],
            );
            followHandler(machine, fieldOf(machine, instance, name), method.params.map(parameterValue), {
              file: file.path,
              node: member,
            });
          },
        });
      }
    } else {
      // Plugins and scripts: functions handed to a call at the top of the file.
      const call = declaration.type === "ExpressionStatement" ? declaration.expression : declaration;
      if (call.type === "AssignmentExpression") {
        // `exports.currentPlan = async function (id) { … }`
        const fn = functionIn(call);
        if (fn !== null && call.left.type === "MemberExpression" && call.left.property.type === "Identifier")
          add(file, fn, call.left.property.name, reached, found);
      } else if (call.type === "CallExpression")
        for (const arg of call.arguments) if (isFunction(arg)) add(file, arg, "", reached, found);
    }
  }
  return found;
}

/** Nobody's parameters reach it: what its own text does not speak of is done, if at all, by another function, judged for itself. */
function mayGoWrong(file: ProjectFile, node: Node, name: string): boolean {
  const own = file.text.slice(node.start, node.end);
  return MAY_GO_WRONG.test(own) || MAY_MATTER.test(own) || answersWhether(name);
}

function add(
  file: ProjectFile,
  fn: FunctionNode,
  name: string,
  reached: ReadonlySet<string>,
  found: EntryPoint[],
): void {
  if (reached.has(functionKey(file.path, fn)) && !answersWhether(name)) return;
  if (holdsReached(file, fn, reached)) return;
  if (!mayGoWrong(file, fn, name)) return;
  found.push({
    kind: "function",
    framework: "",
    name,
    method: null,
    path: null,
    file: file.path,
    node: fn,
    follow(machine) {
      const [props] = fn.params.length > 0 && isDefault(file, name) ? [pageProps(machine, file)] : [];
      const args = fn.params.map((parameter, at) => (at === 0 && props ? props : parameterValue(parameter)));
      followHandler(machine, closureOf(fn, moduleScope(machine, file.path), name), args, {
        file: file.path,
        node: fn,
      });
    },
  });
}

function isDefault({ module }: ProjectFile, name: string): boolean {
  const found = module.exports.get("default");
  if (found === undefined || name === "default") return found !== undefined;
  if (found.kind !== "value") return found.kind === "local" && found.name === name;
  // `export default Page`, `export default withLayout(Page)`
  const inside = found.value.type === "CallExpression" ? found.value.arguments : [found.value];
  return inside.some((one) => one.type === "Identifier" && one.name === name);
}

/** What a page is handed by the function beside it that finds it: `return { props: { html } }`. */
function pageProps(machine: Machine, file: ProjectFile): Value | null {
  const finds = ["getServerSideProps", "getStaticProps"].find((name) => file.module.exports.has(name));
  if (finds === undefined) return null;
  const place = { file: file.path, node: declarationOf(file, finds) };
  const value = exportedValue(machine, file.path, finds);
  if (value === null) return null;
  const { recording, state } = machine;
  machine.recording = false;
  try {
    const answer = machine.consume(machine.invoke(value, [REQUEST], place), place);
    const props = memberOf(machine, answer, "props", place, true);
    return props.k === "struct" || props.k === "choice" ? props : null;
  } finally {
    machine.recording = recording;
    machine.state = state;
  }
}

/** `module.exports = (app) => { app.get(…) }`: what is registered in it was followed from where it is asked for. */
function holdsReached({ path }: ProjectFile, { start, end }: FunctionNode, reached: ReadonlySet<string>): boolean {
  return (
    spansOf(reached)
      .get(path)
      ?.some((span) => start < span.start && span.end <= end) === true
  );
}

interface Span {
  readonly start: number;
  readonly end: number;
}
let last: { readonly reached: ReadonlySet<string>; readonly spans: ReadonlyMap<string, readonly Span[]> } | null = null;

/** Where in which file the functions stand that were reached; told once for all files of a tree. */
function spansOf(reached: ReadonlySet<string>): ReadonlyMap<string, readonly Span[]> {
  if (last?.reached === reached) return last.spans;
  const spans = new Map<string, Span[]>();
  for (const key of reached) {
    const [, file = "", start, end] = /^(.*):(\d+):(\d+)$/s.exec(key) ?? [];
    const span = { start: Number(start), end: Number(end) };
    const known = spans.get(file);
    if (known === undefined) spans.set(file, [span]);
    else known.push(span);
  }
  last = { reached, spans };
  return spans;
}

/** A parameter stands for itself, under its name; requests and components' props are told apart by name and type. */
function parameterValue(parameter: ParamPattern): Value {
  const pattern = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
  if (pattern.type === "Identifier") {
    const type = pattern.typeAnnotation?.typeAnnotation;
    const named = type?.type === "TSTypeReference" && type.typeName.type === "Identifier" ? type.typeName.name : "";
    if (/^(?:req|request)$/.test(pattern.name) || named.endsWith("Request")) return REQUEST;
    if (/^(?:res|response|reply)$/.test(pattern.name) && /Response|Reply|^$/.test(named)) return WRITER;
    if (pattern.name === "formData" || named === "FormData") return client("body", "");
    return opaque(pattern.name);
  }
  if (pattern.type === "AssignmentPattern" && pattern.left.type === "Identifier") return opaque(pattern.left.name);
  return opaque("props");
}
