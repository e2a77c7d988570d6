import type { Judged } from "../rules/rule.ts";
import type { Operation } from "../trace/operation.ts";

/**
 * `const isAdmin = ctx.user ? await isAdminOf(id, ctx.user.id) : false`: what somebody who is known sees beyond the rest
 * was asked, and that strangers see the rest was meant. It changes nothing.
 */
export function isForStrangersToo(open: readonly Operation[], { trace, project, entry }: Judged): boolean {
  if (entry.kind !== "procedure" && entry.method !== "GET") return false;
  if (!open.every((one) => one.kind === "query" && /^(?:read|list|count)$/.test(one.query.verb))) return false;
  return trace.operations.some((one) => {
    if (one.kind !== "choose" || one.value.k !== "principal" || one.facts.get("auth")?.sure === true) return false;
    const text = project.file(one.place.file)?.text ?? "";
    const { start, end } = one.consequent;
    return ASKS.test(text.slice(start, end)) && /^\s*:\s*false\b/.test(text.slice(end, end + 40));
  });
}
/** `if (cart.customer_id && cart.customer_id !== customerId) refuse()`: a visitor's own, or the caller's. */
export function isNobodysOrOwn({ trace, project }: Judged): boolean {
  return trace.operations.some(({ kind, place: { file, node } }) =>
    kind === "test" ? NOBODYS_OR_OWN.test(project.file(file)?.text.slice(node.start, node.end) ?? "") : false,
  );
}
const NOBODYS_OR_OWN =
  /(?<![\w.])([\w.?[\]]{0,60}\.\w{0,20}(?:customer|user|owner|account|member)\w{0,12})\s*&&\s*\1\s*!==?\s*[\w.?]{0,40}(?:customer|user|owner|account|member|session|viewer|me\b)/i;
const ASKS = /\b(?:can|may|is|has|check|verify)[A-Z]\w*\(|[!=]==/;
