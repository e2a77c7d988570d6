import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { clientRole, unverifiedEmail } from "../../rules/catalogue.ts";
import { unwrapped } from "../../syntax/unwrapped.ts";
import { children, walk } from "../../syntax/walk.ts";
import type { LooseEnd } from "./loose-end.ts";

const ACCOUNT =
  /(?:^|\.)(?:\w*[aA]ccounts?|identit(?:y|ies)|\w*[iI]dentit(?:y|ies)|oauth\w*|linked\w*|social\w*|connections?)$/;
const CREATES = /^(?:create|insert|upsert|link\w*|add)$/;
const FINDS_USER = /(?:^|\.)(?:\w*[uU]sers?|members?|customers?|profiles?)\.(?:find\w*|get\w*)$/;

/** What the callbacks of signing in believe: the e-mail of a provider that has not verified it, what a client calls its session. */
export function signInCallbacks(file: ProjectFile): LooseEnd[] {
  const { text } = file;
  const found: LooseEnd[] = [];
  if (/\bprovider(?:AccountId|_account_id|Id|UserId)?\b/.test(text) && /email/.test(text) && ACCOUNT_CREATED.test(text))
    linked(file, found);
  if (/trigger\s*===?\s*["'`]update["'`]/.test(text)) updated(file, found);
  return found;
}
/** Drizzle's `db.insert(accounts).values(…)`, Kysely's `insertInto("account").values(…)`, Knex' `knex("accounts").insert(…)`. */
const INSERTS =
  /(?:insert(?:Into)?\(\s*|\b(?:knex|db|trx)\(\s*)(?:schema\.)?["'`]?\w*(?:accounts?|identit(?:y|ies)|(?:oauth|linked|social)\w{0,40}|connections?)["'`]?\s*\)\s*\.(?:values|insert)$/i;
const ACCOUNT_CREATED =
  /(?:account|identit|oauth|linked|social|connection)\w{0,40}["'`]?\s*(?:\)\s*)?\.\s*(?:create|insert|upsert|link|add|values)/i;

/** `user.findUnique({ where: { email } })`, then `account.create({ data: { userId: user.id, provider } })`. */
function linked({ text, syntax }: ProjectFile, found: LooseEnd[]): void {
  const of = (node: Node): string => text.slice(node.start, node.end);
  /** A file may hold thousands of accounts: each look-up is judged once in a block. */
  const told = new Set<string>();
  const lookUps = [...walk(syntax.program)].flatMap((node) => lookUpByEmail(node, of) ?? []);
  if (lookUps.length === 0) return;
  for (const node of walk(syntax.program)) {
    if (
      !isCall(
        node,
        of,
        (owner, method) => (ACCOUNT.test(owner) && CREATES.test(method)) || INSERTS.test(`${owner}.${method}`),
      )
    )
      continue;
    const given = of(node);
    if (!/\bprovider/.test(given) || !/\buser_?[iI]d\b|\buser\s*:/.test(given)) continue;
    const around = blocksAround(syntax.program, node);
    for (const block of around) {
      const lookUp = lookUps.find(
        ({ call }) => call.start < node.start && block.start <= call.start && call.end <= block.end,
      );
      if (lookUp === undefined) continue;
      const pair = `${lookUp.call.start} ${block.start}`;
      if (told.has(pair)) break;
      told.add(pair);
      if (isJustMade(block, given, of)) break;
      if (
        !/verif|trusted|confirmed|allowDangerous/i.test(of(block)) &&
        !isVerifiedElsewhere(syntax.program, lookUp.email, of)
      )
        found.push({
          rule: unverifiedEmail,
          node: lookUp.call,
          message: "Whoever has a provider write this e-mail gets the account: nothing asks whether it was verified.",
        });
      break;
    }
  }
}

/** `const created = await users.create(…); await identities.create({ userId: created.id })`: nobody's account before. */
function isJustMade(block: Node, given: string, of: (node: Node) => string): boolean {
  const [, name] = /\buser_?(?:[iI]d)?\s*:\s*(\w+)(?:\.\w+)?\s*[,}]/.exec(given) ?? [];
  if (name === undefined) return false;
  const made = [...walk(block)].filter(
    (node) => node.type === "VariableDeclarator" && /^[[{]?\s*(\w+)/.exec(of(node.id))?.[1] === name,
  );
  return (
    made.length > 0 &&
    made.every(
      (node) =>
        node.type === "VariableDeclarator" &&
        node.init !== null &&
        /^await\s[^(]*\.(?:create|insert)\w*\(/.test(of(node.init)),
    )
  );
}

function isCall(node: Node, of: (node: Node) => string, fits: (owner: string, method: string) => boolean): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    node.callee.property.type === "Identifier" &&
    fits(of(node.callee.object), node.callee.property.name)
  );
}

/** The blocks a node stands in, innermost first. */
function blocksAround(program: Node, node: Node): Node[] {
  const blocks: Node[] = [];
  let at: Node | undefined = program;
  while (at !== undefined && at !== node) {
    if (at.type === "BlockStatement") blocks.unshift(at);
    at = children(at).find((one) => one.start <= node.start && node.end <= one.end);
  }
  return blocks;
}

function lookUpByEmail(node: Node, of: (node: Node) => string): { readonly call: Node; readonly email: string } | null {
  if (node.type !== "CallExpression") return null;
  const callee = of(node.callee);
  if (
    !FINDS_USER.test(callee) &&
    !(callee.endsWith(".where") && /\.from\(\s*(?:schema\.)?\w*[uU]sers?\s*\)/.test(callee))
  )
    return null;
  const [, said] = /\bemail(?:\s*:\s*([\w.?]+))?\s*[,}\n]/.exec(of(node)) ?? [];
  return /\bemail\b/.test(of(node)) ? { call: node, email: said ?? "email" } : null;
}

/** `const email = claims.email_verified ? claims.email : undefined`. */
function isVerifiedElsewhere(program: Node, email: string, of: (node: Node) => string): boolean {
  const [name] = email.split(/[.?]/);
  for (const node of walk(program))
    if (
      node.type === "VariableDeclarator" &&
      node.init !== null &&
      of(node.id) === name &&
      /verif|confirmed/i.test(of(node.init))
    )
      return true;
  return false;
}

const RIGHTS =
  /^(?:roles?|is_?admin|admin|plan|tier|permissions?|scopes?|id|sub|user_?id|email|(?:team|org|organization|workspace|tenant)_?id|subscri\w*|is_?pro|is_?premium|credits)$/i;

/** `if (trigger === "update") token.role = session.role`: in an update the session is what the client sent. */
function updated({ text, syntax }: ProjectFile, found: LooseEnd[]): void {
  const of = (node: Node): string => text.slice(node.start, node.end);
  for (const node of walk(syntax.program)) {
    if (node.type !== "IfStatement" || !/trigger\s*===?\s*["'`]update["'`]/.test(of(node.test))) continue;
    const sent = sentIn(node.consequent, of);
    for (const inner of walk(node.consequent)) {
      // `return { ...token, role: changes.role ?? token.role }`, `token = { ...token, ...session.user }`
      const given =
        inner.type === "ReturnStatement"
          ? inner.argument
          : inner.type === "AssignmentExpression" && of(inner.left) === "token"
            ? inner.right
            : null;
      // `return { …token, email: changes.email ?? token.email } as JWT`
      const made = given === null ? null : unwrapped(given);
      if (made?.type === "ObjectExpression") {
        for (const one of made.properties) {
          const name = one.type === "Property" && one.key.type === "Identifier" ? one.key.name : "";
          if (one.type === "Property" ? !RIGHTS.test(name) || !sent(one.value) : !WHOLE.test(of(one))) continue;
          found.push(taken(one, one.type === "Property" ? name : "all of it"));
          break;
        }
      }
      if (inner.type !== "AssignmentExpression" || inner.left.type !== "MemberExpression") continue;
      if (inner.left.property.type !== "Identifier" || !/^token\b/.test(of(inner.left))) continue;
      const { name } = inner.left.property;
      if (RIGHTS.test(name) && sent(inner.right)) found.push(taken(inner, name));
    }
  }
}

const WHOLE = /^\.\.\.\(?session(?:\??\.user)?\)?$/;

function taken(node: Node, name: string): LooseEnd {
  return {
    rule: clientRole,
    node,
    message: `In an update the session is what the client sent: ${name} is taken into its token as it says.`,
  };
}

/** What begins with the session that came, or with what a schema made of it: that says of what kind it is, and not whose. */
function sentIn(block: Node, of: (node: Node) => string): (node: Node) => boolean {
  const names = new Set(["session"]);
  for (const node of walk(block)) {
    if (node.type !== "VariableDeclarator" || node.init === null) continue;
    if (!/^(?:await\s+)?(?:\w+\.(?:safeParse|parse)(?:Async)?\(\s*)?session\b/.test(of(node.init))) continue;
    for (const [name] of of(node.id).matchAll(/[A-Za-z_$][\w$]*/g)) names.add(name);
  }
  return (node) => names.has(/^\(?([\w$]+)/.exec(of(node))?.[1] ?? "");
}
