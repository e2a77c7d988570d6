import { VERIFIES_SENDER } from "../../entry-points/neighbours.ts";
import { wordsOf } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { says } from "../../source/says.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { walk } from "../../syntax/walk.ts";
import type { Judged } from "../../rules/rule.ts";

/** What the address of a call from outside is called. */
const CALLED_BACK =
  /(?:^|[^a-z])(?:web-?hooks?|callbacks?|hooks?|inbound|incoming|ipn|postbacks?|notify|listeners?)(?![a-z])/i;
const MAY_VERIFY = /hmac|signature|signed|constructEvent|svix|webhook/i;
/** What is done with those callbacks by the product's own people. */
const ADMINISTERED = /(?:config|setting|register|subscri|test|retry|replay|list|manage|admin|secret)/i;
const ASKS = /^(?:constructEvent(?:Async)?|unwrap|timingSafeEqual)$/;
const SENT = /^(?:post|put|all)$/;

const known = new WeakMap<ProjectFile, readonly { readonly start: number; readonly end: number }[]>();

/** In a file of hooks another handler asks in its own body whether its sender signed: they are called by the same. */
export function isBesideSigned({ entry, project }: Judged): boolean {
  if (entry.kind !== "route" || (entry.method !== "POST" && entry.method !== "PUT")) return false;
  if (!CALLED_BACK.test(`${entry.path ?? ""} ${entry.file}`) || ADMINISTERED.test(entry.path ?? "")) return false;
  const file = project.file(entry.file);
  if (file === null || !says(file, MAY_VERIFY)) return false;
  let signed = known.get(file);
  if (signed === undefined) known.set(file, (signed = handlersThatAsk(file)));
  return signed.some(({ start, end }) => end <= entry.node.start || entry.node.end <= start);
}

/** `hooks.post("/recordings", async (c) => { … signedByProvider(raw, …) … })`, `@Post() received() { … }` */
function handlersThatAsk({ syntax }: ProjectFile): readonly { readonly start: number; readonly end: number }[] {
  const found: { readonly start: number; readonly end: number }[] = [];
  for (const node of walk(syntax.program)) {
    const isHandler =
      (node.type === "CallExpression" &&
        node.callee.type === "MemberExpression" &&
        SENT.test(calledName(node)) &&
        node.arguments.length > 1 &&
        node.arguments.some((arg) => isFunction(arg))) ||
      (node.type === "MethodDefinition" && node.decorators.length > 0);
    if (!isHandler) continue;
    for (const inner of walk(node)) {
      const name = inner.type === "CallExpression" ? calledName(inner) : "";
      if (name === "" || !(ASKS.test(name) || VERIFIES_SENDER.test(name) || wordsOf(name).includes("signed"))) continue;
      found.push(node);
      break;
    }
  }
  return found;
}
