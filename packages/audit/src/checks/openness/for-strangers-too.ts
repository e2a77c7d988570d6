import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Value } from "../../values/value.ts";

/**
 * `const isAdmin = ctx.user ? await isAdminOf(id, ctx.user.id) : false`: what somebody who is known sees beyond the rest
 * was asked, and that strangers see the rest was meant. It changes nothing.
 */
export function isForStrangersToo(open: readonly Operation[], { trace, project, entry }: Judged): boolean {
  if (entry.kind !== "procedure" && entry.method !== "GET") return false;
  if (!open.every((one) => one.kind === "query" && /^(?:read|list|count)$/.test(one.query.verb))) return false;
  const text = project.file(entry.file)?.text.slice(entry.node.start, entry.node.end) ?? "";
  if (TOLD_APART.test(text)) return true;
  return trace.operations.some((one) => {
    if (one.kind !== "choose" || one.value.k !== "principal" || one.facts.get("auth")?.sure === true) return false;
    const text = project.file(one.place.file)?.text ?? "";
    const { start, end } = one.consequent;
    return ASKS.test(text.slice(start, end)) && /^\s*:\s*false\b/.test(text.slice(end, end + 40));
  });
}
/** `if (cart.customer_id && cart.customer_id !== customerId) refuse()`: a visitor's own, or the caller's. */
export function isNobodysOrOwn({ trace, project }: Judged): boolean {
  return trace.operations.some((one) => {
    if (one.kind !== "test") return false;
    const { file, node } = one.place;
    return (
      NOBODYS_OR_OWN.test(project.file(file)?.text.slice(node.start, node.end) ?? "") &&
      ![one.value, ...(one.asked ?? [])].some(isComparedWithClient)
    );
  });
}

/** `cart.customerId !== req.body.customerId`: whose it is was known before, and the client says that of itself. */
function isComparedWithClient(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.some((one) => isComparedWithClient(one.value));
  if (value.k !== "derived") return false;
  const [left, right] = value.args;
  if (/^[!=]==?$/.test(value.op)) return right !== undefined && isClients(right);
  return value.op === "!" && left !== undefined && isComparedWithClient(left);
}

function isClients(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.k === "client") return true;
  if (value.k === "choice") return value.alternatives.some((one) => isClients(one.value, depth + 1));
  return value.k === "derived" && value.args.some((one) => isClients(one, depth + 1));
}
/** `const isOwner = !!ctx.user && row.userId === ctx.user.id`: whether it is theirs is a yes or no of what is shown. */
const TOLD_APART =
  /\b(?:const|let)\s+(?:is|can|may|has|owns?)(?:[A-Z]\w*)?\s*=\s*(?:!!|Boolean\()?\s*(?:[\w.?!]{0,40}[.?])?(?:user|session|viewer|me|user_?id|current_?user|account|member)\b[?!]?(?:\.(?:user|id|user_?id))?\)?\s*(?:!==?\s*(?:null|undefined)\s*)?&&\s*\(?(?:[\w.?!]{0,40}\.(?:owner|author|creator|created_?by|user|guest|uploader)(?:_?id)?\s*===|[\w.?!]{1,40}\s*===\s*[\w.?!]{0,40}\.(?:owner|author|creator|created_?by|guest|uploader)(?:_?id)?\b)/i;
const NOBODYS_OR_OWN =
  /(?<![\w.])([\w.?[\]]{0,60}\.\w{0,20}(?:customer|user|owner|account|member)\w{0,12})\s*&&\s*\1\s*!==?\s*[\w.?]{0,40}(?:customer|user|owner|account|member|session|viewer|me\b)/i;
const ASKS = /\b(?:can|may|is|has|check|verify)[A-Z]\w*\(|[!=]==/;
