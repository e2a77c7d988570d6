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
const ASKS = /\b(?:can|may|is|has|check|verify)[A-Z]\w*\(|[!=]==/;
