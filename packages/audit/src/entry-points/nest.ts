import type { Class, Decorator, MethodDefinition, Node, ParamPattern } from "oxc-parser";
import { construct, fieldOf } from "../interpret/class.ts";
import type { Machine } from "../interpret/machine.ts";
import { moduleScope, moduleValue } from "../interpret/module-value.ts";
import { suppose } from "../interpret/suppose.ts";
import type { ProjectFile } from "../project.ts";
import { join, type State } from "../interpret/state.ts";
import { followMiddleware } from "./follow-middleware.ts";
import { client, opaque, type Place, type Value } from "../values/value.ts";
import { walk } from "../syntax/walk.ts";
import { saidIn } from "../knowledge/staff.ts";
import { guardedBy, scopeFact } from "../knowledge/vouches.ts";
import { isCallerName } from "../knowledge/names.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";
import { VERIFIES_SENDER } from "./neighbours.ts";
import { LOOKS_UP, methodOf, rightsBeside } from "./rights-beside.ts";
import { asksByDecorator, areRights, mayBeToldRights, asksRightsOf, asksWhoseOf } from "./guard-names.ts";
import { decorator, lastNameOf, nameOf, VERB } from "./decorators.ts";
import { declaredBy } from "../syntax/declared.ts";

/** Controllers and resolvers of Nest and its kin: methods with a verb, the guards of the class and of the method. */
export function nestEntryPoints(file: ProjectFile, guardedEverywhere: boolean): EntryPoint[] {
  if (!/@(?:\w+\.)?(?:Controller|JsonController|Resolver|RestController|Route)\s*\(/.test(file.text)) return [];
  const found: EntryPoint[] = [];
  for (const statement of file.syntax.program.body) {
    const declaration = declaredBy(statement);
    if (declaration?.type !== "ClassDeclaration") continue;
    const controller = decorator(
      declaration.decorators,
      /^(?:Controller|JsonController|Resolver|RestController|Route)$/,
    );
    if (controller === null) continue;
    const prefix = firstText(controller) ?? "";
    for (const member of declaration.body.body) {
      if (member.type !== "MethodDefinition") continue;
      const verb = decorator(member.decorators, VERB);
      if (verb !== null)
        found.push(
          entry(
            file,
            declaration,
            controller,
            member,
            nameOf(verb),
            `/${prefix}/${firstText(verb) ?? ""}`.replace(/\/+/g, "/").replace(/(.)\/$/, "$1"),
            guardedEverywhere,
          ),
        );
    }
  }
  return found;
}

/** Does any file of the tree put a guard before every route? */
export function guardsEverywhere(files: readonly ProjectFile[]): boolean {
  return files.some(
    (file) => /\bAPP_GUARD\b|useGlobalGuards\s*\(/.test(file.text) && /auth|jwt|guard/i.test(file.text),
  );
}

function entry(
  file: ProjectFile,
  of: Class,
  controller: Decorator,
  method: MethodDefinition,
  verb: string,
  path: string,
  guardedEverywhere: boolean,
): EntryPoint {
  const name = method.key.type === "Identifier" ? method.key.name : verb;
  const http = methodOf(verb);
  return {
    neighbours: () => {
      const beside = rightsBeside(of, method, file.text);
      return guardedEverywhere ? { ...beside, own: { ...beside.own, staff: ["a guard of every route"] } } : beside;
    },
    with: [], // whether all routes are guarded is said anywhere
    kind: "route",
    framework: "nest",
    name: `${http ?? "*"} ${path} (${name})`,
    method: http,
    path,
    file: file.path,
    node: method,
    follow(machine) {
      const place = { file: file.path, node: method };
      const decorators = [...of.decorators, ...method.decorators];
      const isPublic = decorators.some((one) =>
        /^(?:Public|SkipAuth|AllowAnonymous|IsPublic|NoAuth|Unprotected|ApiPublic)$/.test(nameOf(one)),
      );
      if (guardedEverywhere && !isPublic)
        machine.learn("auth", { sure: false, place, why: "a guard is set for every route" });
      // Controllers of n8n ask for a session unless a route says that it does not.
      if (
        asksForSession(file, controller) &&
        !decorators.some((one) => /\bskipAuth\s*:\s*true/.test(file.text.slice(one.start, one.end)))
      )
        machine.learn("auth", { sure: false, place, why: "the framework asks for a session" });
      // tsoa makes what is sent fit the types before the method is called.
      if (/from ["'](?:@tsoa\/runtime|tsoa)["']/.test(file.text))
        machine.learn("valid:client:body.", { sure: false, place, why: "the framework checks it against its type" });
      const isTold = (): boolean => {
        const { own, others } = rightsBeside(of, method, file.text);
        return own.guards.length > 0 || others.every(({ guards }) => guards.length === 0);
      };
      for (const one of decorators) guard(machine, file, one, isTold);
      const instance = construct(
        machine,
        { k: "class", node: of, scope: moduleScope(machine, file.path), file: file.path },
        [],
      );
      const handler = fieldOf(machine, instance, name);
      const args = method.value.params.map((parameter) => argument(parameter));
      followHandler(machine, handler, args, place);
    },
  };
}

/** A `RestController` of n8n, or of a file of decorators in the tree: one of any other package may ask for nothing. */
function asksForSession(file: ProjectFile, controller: Decorator): boolean {
  return file.syntax.program.body.some(
    (one) =>
      one.type === "ImportDeclaration" &&
      (one.source.value === "@n8n/decorators" ||
        (nameOf(controller) === "RestController" &&
          /^(?:[.~#]|@\/|src\/)(?:.*\/)?decorators?(?:\/[\w./-]*)?$/.test(one.source.value) &&
          one.specifiers.some(({ local }) => local.name === "RestController"))),
  );
}

/** What a decorator asks for; a guard that looks up which right was told (`isTold`) asks for none where none was. */
function guard(machine: Machine, file: ProjectFile, one: Decorator, isTold: () => boolean): void {
  const place = { file: file.path, node: one };
  const name = nameOf(one);
  const told = (): Value[] =>
    one.expression.type === "CallExpression"
      ? one.expression.arguments.map((arg) => machine.evaluate(arg, moduleScope(machine, file.path)))
      : [];
  const asks = asksByDecorator(name) ?? (mayBeToldRights(name) && areRights(told()) ? "rights" : null);
  if (asks !== null) {
    machine.learn("auth", { sure: false, place, why: `@${name} is taken for a check by its name` });
    const given = told();
    // `@Authorized()`, `@Security("jwt")`: by whom, and nothing of what they may.
    const known = (name === "Authorized" && given.length === 0) || (name === "Security" && given.length < 2);
    if (asks === "rights" && !known)
      machine.learn("role", { sure: false, place, why: `@${name}${saidIn(given)} is taken for a check by its name` });
    // `@FormGuard()` of the application's own.
    if (name.endsWith("Guard")) mayHaveLookedAt(machine, name, place);
    return;
  }
  if (
    /^(?:Middlewares?|ClassMiddleware|UseBefore|UseMiddleware|Use)$/.test(name) &&
    one.expression.type === "CallExpression"
  ) {
    for (const value of told()) {
      for (const middleware of value.k === "list" ? value.items : [value]) before(machine, middleware, place);
    }
    return;
  }
  if (name !== "UseGuards" || one.expression.type !== "CallExpression") return;
  for (const arg of one.expression.arguments) {
    const target = arg.type === "CallExpression" ? arg.callee : arg;
    const called = lastNameOf(target);
    const value = target.type === "Identifier" ? moduleValue(machine, file.path, called) : null;
    if (value?.k === "class") {
      const can = fieldOf(machine, construct(machine, value, []), "canActivate");
      if (can.k === "closure") {
        const before = machine.state;
        const answer = machine.consume(machine.invoke(can, [REQUEST], place), place);
        const passed = machine.state === null ? null : suppose(answer, true, machine.state);
        // A guard that answers true on every path, and never throws, turns nobody away.
        if (machine.state !== null && suppose(answer, false, machine.state) === null && !throws(can.node)) {
          machine.record({
            kind: "call",
            name: "guard-never-denies",
            path: called,
            origin: "global",
            args: [],
            awaited: true,
            result: answer,
            place,
          });
          machine.state = before;
          continue;
        }
        if (passed !== null) machine.state = passed;
        if (machine.state?.facts.has("auth") === true || value.node.superClass === null) continue;
      }
    }
    byGuardName(machine, called, place, isTold);
  }
}

function byGuardName(machine: Machine, called: string, place: Place, isTold: () => boolean): void {
  if (/throttl|rate|cache|csrf/i.test(called)) return;
  if (VERIFIES_SENDER.test(called)) {
    machine.learn("signature", { sure: false, place, why: `${called} is taken for a check by its name` });
    return;
  }
  machine.learn("auth", { sure: false, place, why: `${called} is taken for a check by its name` });
  if (asksRightsOf(called) && (!LOOKS_UP.test(called) || isTold()))
    machine.learn("role", { sure: false, place, why: `${called} is taken for a check by its name` });
  mayHaveLookedAt(machine, called, place);
}

function mayHaveLookedAt(machine: Machine, guard: string, place: Place): void {
  const noun = guardedBy(guard);
  const fact = asksWhoseOf(guard) ? scopeFact(guard) : noun === null ? null : `opaque:scope:${noun}`;
  if (fact !== null) machine.learn(fact, { sure: false, place, why: `${guard} may have looked at what is asked for` });
}

function throws(node: Node): boolean {
  for (const one of walk(node)) if (one.type === "ThrowStatement") return true;
  return false;
}

/** Middleware set by a decorator: the method runs only where it calls `next`. */
function before(machine: Machine, middleware: Value, place: Place): void {
  let passed: State | null = null;
  const handler: Value = {
    k: "continuation",
    run: () => {
      passed = join(passed, machine.state);
      return opaque("handler");
    },
  };
  followMiddleware(machine, [middleware, handler], [REQUEST, WRITER], place);
  machine.state = passed;
}

function argument(parameter: ParamPattern): Value {
  const decorators = parameter.decorators ?? [];
  for (const one of decorators) {
    const name = nameOf(one);
    const key = firstText(one) ?? "";
    switch (name) {
      case "Body":
      case "BodyParam":
      case "Payload":
        return client("body", key, isTyped(parameter) || hasPipe(one));
      case "Arg":
      case "Args":
        return client("body", key, true);
      case "Param":
      case "Params":
      case "Path":
        return client("params", key);
      case "Query":
      case "QueryParam":
      case "QueryParams":
        return client("query", key);
      case "Headers":
      case "HeaderParam":
        return client("header", key.toLowerCase());
      case "Req":
      case "Request":
      case "Ctx":
      case "Context":
        return REQUEST;
      case "Res":
      case "Response":
        return WRITER;
      case "UploadedFile":
      case "UploadedFiles":
        return client("file", "");
      default:
        // A decorator of the application's own hands over what its guards put on the request.
        if (
          isCallerName(name) ||
          !FRAMEWORK.test(name) ||
          /user|auth|session|tenant|org|workspace|member|jwt/i.test(name)
        )
          return { k: "principal", path: key === "" ? tenantOf(name) : key, sure: false, origin: null };
    }
  }
  const pattern = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
  const called = pattern.type === "Identifier" ? pattern.name : "";
  if (/^_?(?:req|request|ctx|context)$/.test(called)) return REQUEST;
  if (/^_?(?:res|response|reply)$/.test(called)) return WRITER;
  return opaque("parameter");
}

const FRAMEWORK =
  /^(?:Ip|HostParam|Next|Inject|Optional|Self|Root|Parent|Info|ResolveField|MessageBody|ConnectedSocket|RawBody|Cookies?|SignedCookies|File|Files|Session|UploadedFile|I18n\w*|RealIP|ApiParam|ApiQuery|Uuid\w*|Pagination\w*|Paginate|Filter\w*|Sort\w*|Raw\w*)$/;

/** `@Org()`, `@CurrentTenant()`: not the caller, but whom they act for. */
function tenantOf(decorator: string): string {
  const [, noun = ""] =
    /(org(?:ani[sz]ation)?|tenant|workspace|team|company|account|store|project|site|shop|household|clinic|school|space|group|club|property|venue|agency|business)(?:Ids?|s)?$/i.exec(
      decorator,
    ) ?? [];
  return noun.toLowerCase();
}

/** `@Body(new ZodValidationPipe(schema))`. */
function hasPipe(one: Decorator): boolean {
  const given = one.expression.type === "CallExpression" ? one.expression.arguments : [];
  return given.some((arg) => {
    const named = arg.type === "NewExpression" ? arg.callee : arg;
    return lastNameOf(named).endsWith("Pipe");
  });
}

/** A parameter with a class for its type is looked at by the validation pipe. */
function isTyped(parameter: ParamPattern): boolean {
  const pattern = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
  // `@Body() { phone }: StartDto` is of that class as well as `@Body() dto: StartDto`.
  const type =
    pattern.type === "Identifier" || pattern.type === "ObjectPattern"
      ? pattern.typeAnnotation?.typeAnnotation
      : undefined;
  return (
    type?.type === "TSTypeReference" &&
    type.typeName.type === "Identifier" &&
    !/^(?:any|Record|Partial|unknown|object)$/.test(type.typeName.name)
  );
}

function firstText(one: Decorator): string | null {
  const [first] = one.expression.type === "CallExpression" ? one.expression.arguments : [];
  if (first?.type === "Literal" && typeof first.value === "string") return first.value;
  if (first?.type === "ObjectExpression") {
    for (const property of first.properties) {
      if (
        property.type === "Property" &&
        property.key.type === "Identifier" &&
        property.key.name === "path" &&
        property.value.type === "Literal"
      )
        return String(property.value.value);
    }
  }
  return null;
}
