import type { Node } from "oxc-parser";
import { toldRight } from "../../entry-points/told-rights.ts";
import { wordsOf } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { missingRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { says } from "../../source/says.ts";
import { calledName } from "../../syntax/called-name.ts";
import { declaredBy } from "../../syntax/declared.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { scopeOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { PERSON_PATH } from "./missing-guard.ts";

/** A guard or wrapper that may be told which right to ask for, and what it asks where it is told nothing. */
const GUARD =
  /^(?:with|require|ensure|assert|check|verify|authori[sz]e|guard|protect|enforce|must|only|as|secure)(?![a-z])|[aA]uth|[aA]ction$|[pP]rocedure$|[gG]uard/;
const MAY_TELL =
  /\b\w*(?:[rR]oles?|[pP]ermissions?|ROLES?|PERMISSIONS?|[sS]copes?|[rR]ights?)\.\w+|["'`](?:\w+[-_ ])?(?:owner|admin)["'`]|(?:min(?:imum)?|required?)_?(?:Role|Permission)/i;
/** Roles of those who may do more than belong. */
const HIGH = /owner|admin|manage|super|maintain|moderat|staff|write|delete|remove|update|create|edit/i;
const LOW = /member|viewer|guest|reader|(?:^|[^a-z])(?:user|read|view|list|basic|anyone|any)(?![a-z])/i;

/** Who belongs to a tenant and what they may do there; and the tenant as a whole, with what lets into it. */
const PEOPLE = /^(?:members?|memberships?|invites?|invitations?|roles?|owners?|ownership|admins?|permissions?)$/;
const WHOLE = /^(?:orgs?|organi[sz]ations?|workspaces?|teams?|tenants?|billing|subscription|sso|saml|scim)$/;
/** What names no thing. */
const NO_NOUN =
  /^(?:from|to|by|of|for|in|on|with|as|and|the|a|an|all|many|one|id|ids|action|handler|route|procedure|my|new)$/;
const HARM: readonly (readonly [RegExp, number])[] = [
  [/^(?:create|add|insert|invite|new|save|upload|import|send|publish|post|cancel|accept|approve|reject|resend)$/, 1],
  [
    /^(?:update|set|change|edit|rename|patch|transfer|promote|demote|assign|reset|enable|rotate|archive|restore|put|regenerate)$/,
    2,
  ],
  [/^(?:delete|remove|destroy|revoke|purge|kick|ban|drop|wipe|erase|terminate|disable|suspend|deactivate|expel)$/, 3],
];
/** One's own affairs need no role. */
const OWN = /^(?:me|my|mine|self|own|profile|leave|account|preferences|accept|decline|join)$/;

interface Asking {
  readonly name: string;
  readonly node: Node;
  readonly harm: number;
  readonly nouns: readonly string[];
  /** For each guard, the right it is told; null where it is told none. */
  readonly told: ReadonlyMap<string, string | null>;
}

const known = new WeakMap<ProjectFile, readonly Asking[]>();

/**
 * `withMembership(fn)` where the guard asks for the least unless it is told more, and others of the file tell it more for
 * what does no more harm: `withMembership(fn, Role.OWNER)` to withdraw an invitation, and nothing to put somebody out.
 */
export function toldLess({ entry, trace, project }: Judged, report: Report): boolean {
  if (!/^(?:action|handler|procedure)$/.test(entry.kind)) return false;
  const file = project.file(entry.file);
  if (file === null || !says(file, MAY_TELL)) return false;
  const all = askingIn(file);
  const at = all
    .filter(({ node }) => contains(node, entry.node) || contains(entry.node, node))
    .toSorted((one, other) => lengthOf(one.node) - lengthOf(other.node))[0];
  if (at === undefined || at.harm < 2 || wordsOf(at.name).some((word) => OWN.test(word))) return false;
  for (const [guard, right] of at.told) {
    if (right !== null) continue;
    const told = all.filter((one) => one !== at && typeof one.told.get(guard) === "string");
    if (told.length === 0 || !told.every((one) => isHigh(one.told.get(guard) ?? "")) || asksHighItself(guard, file))
      continue;
    const milder = told.find((one) => one.harm <= at.harm && one.harm > 0 && isAlike(one, at));
    if (milder === undefined || asksOfCaller(at.node, file)) continue;
    // The same guard beside another that is told, or a right that was asked in the body.
    if ([...at.told.values()].some((each) => each !== null)) continue;
    const done = trace.operations.find((one) => changes(one) && !isOfOwn(one) && isLeft(one, at.node, guard, file));
    if (done === undefined) continue;
    report.violated(
      missingRole,
      { file: entry.file, node: entry.node },
      `Whoever belongs may do this: ${guard} is told ${milder.told.get(guard) ?? "a right"} for ${milder.name}, and here it is told nothing.`,
      done,
    );
    return true;
  }
  return false;
}

function isHigh(right: string): boolean {
  return (
    HIGH.test(right) &&
    !LOW.test(right.replace(/member(?=s?["'`.:_-]?(?:manage|write|delete|remove|update|edit|admin))/gi, ""))
  );
}

/** Of the same thing, or both of who governs the tenant. */
function isAlike(one: Asking, other: Asking): boolean {
  const [first] = other.nouns;
  if (first !== undefined && one.nouns[0] === first) return true;
  const governs = ({ nouns, harm }: Asking): boolean =>
    nouns.some((noun) => PEOPLE.test(noun) || (harm > 2 && WHOLE.test(noun)));
  return governs(other) && one.nouns.some((noun) => PEOPLE.test(noun) || WHOLE.test(noun));
}

/** `minRole = Role.OWNER` where the guard stands in the file: told nothing, it asks for that. */
function asksHighItself(guard: string, file: ProjectFile): boolean {
  for (const statement of file.syntax.program.body) {
    const declared = declaredBy(statement);
    const functions =
      declared?.type === "FunctionDeclaration"
        ? [{ name: declared.id?.name, node: declared as Node }]
        : declared?.type === "VariableDeclaration"
          ? declared.declarations.map(({ id, init }) => ({ name: id.type === "Identifier" ? id.name : "", node: init }))
          : [];
    for (const { name, node } of functions) {
      if (name !== guard || node === null || !isFunction(node)) continue;
      for (const param of node.params)
        for (const inner of walk(param))
          if (inner.type === "AssignmentPattern" && HIGH.test(file.text.slice(inner.right.start, inner.right.end)))
            return true;
    }
  }
  return false;
}

/** What the caller is, as the function asks itself; not what somebody else is whom it is about. */
function asksOfCaller(node: Node, { text }: ProjectFile): boolean {
  return ASKS_CALLER.test(text.slice(node.start, node.end));
}
const ASKS_CALLER =
  /\b(?:session|user|me|viewer|membership|ctx|context|caller|actor|req|request|auth|self|current\w*)\b[\w.?!()[\]]{0,60}\.(?:\w*[rR]oles?|is_?\w*(?:Admin|Owner)|permissions?|abilit\w+)\b|\b(?:user|my|caller|current|own|member|session|actor|viewer|auth)_?[rR]oles?\b|\{[^{}]{0,120}\brole\b[^{}]{0,120}\}\s*\)?\s*=|\b(?:can|may|cannot|authori[sz]e|enforce|(?:require|assert|ensure|check|verify|has|is)\w*(?:Role|Owner|Admin|Permission|Access|Right|Can[A-Z]\w*))\s*\(/;

function changes(one: Operation): boolean {
  if (one.kind === "query") return /^(?:update|delete|upsert)$/.test(one.query.verb);
  return one.kind === "call" && one.origin !== "global" && wordsOf(one.name).some((word) => (harmOf(word) ?? 0) > 1);
}

/** The row of the caller, and of nobody else. */
function isOfOwn(one: Operation): boolean {
  const isCaller = (value: Value): boolean => value.k === "principal" && PERSON_PATH.test(value.path);
  if (one.kind === "query")
    return (
      comparisons(one.query.where).some(({ value }) => isCaller(value)) && scopeOf(one.query.where, one.facts) !== null
    );
  return one.kind === "call" && one.args.some(isCaller);
}

/** Nothing but that guard was asked on the way for more than to belong. */
function isLeft(one: Operation, node: Node, guard: string, { path, text }: ProjectFile): boolean {
  if (!one.facts.has("auth") || one.facts.has("global") || one.facts.has("asked:role")) return false;
  const role = one.facts.get("role");
  if (role === undefined || role.place === null || role.place.file !== path) return true;
  const { start, end } = role.place.node;
  // What the guard asks in its own body it asks of everybody.
  if (start < node.start || end > node.end) return true;
  return text.slice(start, Math.min(end, start + 120)).includes(guard);
}

/** What the functions at the top of a file are guarded by, and what each guard is told. */
function askingIn(file: ProjectFile): readonly Asking[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const found: Asking[] = [];
  known.set(file, found);
  const add = (name: string, node: Node | null | undefined): void => {
    if (name === "" || node === null || node === undefined) return;
    const told = toldIn(node, file.text);
    const words = wordsOf(name);
    if (told.size > 0)
      found.push({
        name,
        node,
        told,
        nouns: words
          .filter((word, at) => (at > 0 || PEOPLE.test(word)) && !NO_NOUN.test(word))
          .map((word) => word.replace(/s$/, "")),
        harm: harmOf(words[0] ?? "") ?? harmOf(words[1] ?? "") ?? 0,
      });
  };
  for (const statement of file.syntax.program.body) {
    const declared = declaredBy(statement);
    if (declared?.type === "FunctionDeclaration") add(declared.id?.name ?? "", declared);
    else if (declared?.type === "VariableDeclaration")
      for (const { id, init } of declared.declarations) {
        const inside = handlersIn(init);
        if (inside.length === 0) add(id.type === "Identifier" ? id.name : "", init);
        else for (const one of inside) add(one.name, one.node);
      }
    else if (declared?.type === "ClassDeclaration")
      for (const member of declared.body.body)
        if (member.type === "MethodDefinition" && member.key.type === "Identifier") add(member.key.name, member.value);
  }
  return found;
}

/** `router({ remove: teamProcedure().mutation(…) })`, `{ async remove(request) { … } }`: each by its name. */
function handlersIn(init: Node | null): { readonly name: string; readonly node: Node }[] {
  const object =
    init?.type === "ObjectExpression"
      ? init
      : init?.type === "CallExpression" && init.arguments.length === 1 && init.arguments[0]?.type === "ObjectExpression"
        ? init.arguments[0]
        : null;
  return (object?.properties ?? []).flatMap((one) =>
    one.type === "Property" &&
    one.key.type === "Identifier" &&
    (one.value.type === "CallExpression" || isFunction(one.value))
      ? [{ name: one.key.name, node: one.value }]
      : [],
  );
}

function contains(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function lengthOf({ start, end }: Node): number {
  return end - start;
}

function toldIn(node: Node, text: string): ReadonlyMap<string, string | null> {
  const told = new Map<string, string | null>();
  for (const inner of walk(node)) {
    if (inner.type !== "CallExpression") continue;
    const name = calledName(inner);
    if (!GUARD.test(name)) continue;
    const right = toldRight(inner, text) ?? lowestIn(inner.arguments, text);
    if (right !== null || !told.has(name)) told.set(name, right);
  }
  return told;
}

/** `requireMembership(clubId, "member")`: told, and told the least. */
function lowestIn(args: readonly Node[], text: string): string | null {
  const low = args.find((arg) => arg.type === "Literal" && typeof arg.value === "string" && LOW.test(arg.value));
  return low === undefined ? null : text.slice(low.start, low.end);
}

function harmOf(word: string): number | null {
  return HARM.find(([verbs]) => verbs.test(word))?.[1] ?? null;
}
