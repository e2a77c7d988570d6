import type { Class, Decorator, MethodDefinition } from "oxc-parser";
import { decorator, lastNameOf, nameOf, VERB } from "./decorators.ts";
import { asksRightsOf } from "./guard-names.ts";
import { type Asked, asksRights, type Neighbours, VERIFIES_SENDER } from "./neighbours.ts";

/** The HTTP method that a decorator stands for; null for all of them. */
export function methodOf(verb: string): string | null {
  if (/^(?:Get|Query|Subscription)$/.test(verb)) return "GET";
  return verb === "All" ? null : verb === "Mutation" ? "POST" : verb.toUpperCase();
}

/** A guard that looks up what a decorator of the method asks for: without one it asks for nothing. */
export const LOOKS_UP = /^(?:Has|Check)?(?:Roles?|Permissions?|Scopes?|Polic(?:y|ies))Guard$/;

/** Read once for each method: all the others of its class want to know. */
const asks = new WeakMap<MethodDefinition, Asked | null>();

/** What a method of a controller asks of its caller, and what the others of its class do. */
export function rightsBeside(of: Class, method: MethodDefinition, text: string): Neighbours {
  const asked = (decorators: readonly Decorator[]): string[] =>
    decorators.flatMap((one) => {
      const name = nameOf(one);
      if (name !== "UseGuards")
        return [
          ...(asksRights(name) && !/^Api[A-Z]/.test(name) ? [name, ...toldIn(one, name, text)] : []),
          ...toldStaff(one, name),
        ];
      return guardsOf(one).filter((guard) => !LOOKS_UP.test(guard) && asksRightsOf(guard));
    });
  // Which guards, where each method has its own: whatever they ask for, one that has none is asked for nothing.
  const any = (decorators: readonly Decorator[]): string[] =>
    decorators
      .flatMap((one) => (nameOf(one) === "UseGuards" ? guardsOf(one) : MARKS.test(nameOf(one)) ? [nameOf(one)] : []))
      .filter((name) => !/throttl|rate|cache|csrf/i.test(name));
  const signatures = (decorators: readonly Decorator[]): string[] =>
    decorators.flatMap(guardsOf).filter((name) => VERIFIES_SENDER.test(name));
  const others: Asked[] = [];
  for (const member of of.body.body) {
    if (member.type !== "MethodDefinition" || member === method) continue;
    let known = asks.get(member);
    if (known === undefined) {
      const verb = decorator(member.decorators, VERB);
      known =
        verb === null
          ? null
          : {
              method: methodOf(nameOf(verb)),
              guards: asked(member.decorators),
              staff: any(member.decorators),
              signatures: signatures(member.decorators),
              said: text.slice(member.value.start, member.value.end),
              path: pathIn(verb),
            };
      asks.set(member, known);
    }
    if (known !== null) others.push(known);
  }
  const verb = decorator(method.decorators, VERB);
  return {
    own: {
      method: verb === null ? null : methodOf(nameOf(verb)),
      guards: asked([...of.decorators, ...method.decorators]),
      staff: any([...of.decorators, ...method.decorators]),
      apart: method.decorators.flatMap(guardsOf).filter((name) => !LOOKS_UP.test(name)),
      signatures: signatures([...of.decorators, ...method.decorators]),
      path: verb === null ? null : pathIn(verb),
    },
    others,
  };
}

/** `@Post(":id/check")`: its own part of the path. */
function pathIn({ expression }: Decorator): string | null {
  const [first] = expression.type === "CallExpression" ? expression.arguments : [];
  return first?.type === "Literal" && typeof first.value === "string" ? `/${first.value}` : null;
}

/** `@Permissions("space|read")`: the right it is told, as it stands there. */
function toldIn({ expression }: Decorator, name: string, text: string): string[] {
  if (expression.type !== "CallExpression" || expression.arguments.length === 0) return [];
  const [first, last] = [expression.arguments[0], expression.arguments.at(-1)];
  return first === undefined || last === undefined ? [] : [`${name}(${text.slice(first.start, last.end)})`];
}

/** `@Authenticated({ admin: true })`: those alone who run the product, whatever else it is told. */
function toldStaff({ expression }: Decorator, name: string): string[] {
  if (expression.type !== "CallExpression" || !/auth|guard|protect|secur|access|require/i.test(name)) return [];
  for (const arg of expression.arguments)
    if (arg.type === "ObjectExpression")
      for (const one of arg.properties)
        if (
          one.type === "Property" &&
          one.key.type === "Identifier" &&
          FOR_STAFF.test(one.key.name) &&
          one.value.type === "Literal" &&
          one.value.value === true
        )
          return [`${name}(${one.key.name})`];
  return [];
}
const FOR_STAFF =
  /^(?:is|require|requires|needs|only|must_?be)?_?(?:super_?)?(?:admin|staff|root|owner|sudo|superuser|operator)(?:_?(?:only|required|route))?$/i;

/** The classes that `@UseGuards(…)` names. */
function guardsOf(one: Decorator): string[] {
  if (nameOf(one) !== "UseGuards" || one.expression.type !== "CallExpression") return [];
  return one.expression.arguments.map((guard) => lastNameOf(guard)).filter((name) => name !== "");
}

/** What opens a method to everybody, or guards it in another way. */
const MARKS =
  /^(?:Public|SkipAuth|AllowAnonymous|IsPublic|NoAuth|Unprotected|ApiPublic|Auth\w*|Roles?|Permissions?|Require\w+|Middleware|UseBefore|UseMiddleware|Use|Authorized|Security|Webhook\w*)$/;
