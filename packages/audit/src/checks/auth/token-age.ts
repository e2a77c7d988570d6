import { unlimitedToken } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf, isCapability } from "../../values/trust.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** What is for once and for soon: whoever has it takes the account over. */
const ONCE =
  /reset|recover|forgot|magic|otp|one_?time|pass_?code|(?:log|sign)_?in_?(?:link|code|token)|e?mail_?change|verification_?(?:token|code)/i;
const SECRET = /token|hash|digest|code|otp|secret|^key$/i;
/** The code that goes on from there sets a password or opens a session. */
const TAKES_OVER =
  /(?:password|passwd|pwd)\w{0,40}\s*[:=](?!=)|(?:set|update|change|reset|hash)Password|(?:create|start|open|set|issue|new)\w{0,40}(?:Session|Tokens?)\s*\(|\b(?:signIn|logIn|login)\s*\(/i;
/** Anything that has to do with its age, in the words of whoever looked at it. */
const AGE =
  /expir|\bttl\b|stale|outdated|too_?old|max_?age|lifetime|valid_?(?:until|till|to|for)|still_?(?:valid|good)|is_?(?:valid|fresh|usable|live)|(?:created|issued|sent|requested|generated|inserted)_?(?:at|on)|\bage\b|deadline|minutes|hours|interval|is_?(?:before|after|past|future)|difference_?in|redeem\w*Token|Date\.now\(\)\s*-/i;

/** A link that gives a new password is found by its secret, whenever it was sent. */
export function tokenAge({ entry, trace, project }: Judged, report: Report): void {
  const one = trace.operations.find(
    (each): each is QueryOperation => each.kind === "query" && isRedeemed(each, `${entry.path ?? ""} ${entry.name}`),
  );
  if (one === undefined) return;
  const where = comparisons(one.query.where);
  if (where.some(({ field }) => AGE.test(field))) return;
  // What is seen of the whole function says whether anybody thought of it; of what it calls nothing is known.
  const around = one.within.filter((each) => each.file === one.place.file);
  const code = (around.length === 0 ? [entry] : around)
    .map(({ file, node }) => project.file(file)?.text.slice(node.start, node.end) ?? "")
    .join("\n");
  if (!TAKES_OVER.test(code) || AGE.test(code)) return;
  if (trace.operations.some((each) => each.kind === "call" && looksAtWhole(each, one.query.id))) return;
  report.violated(
    unlimitedToken,
    one.place,
    "Whoever finds the link finds it for ever: the token is looked up by its secret, and nobody asks how old it is.",
    one,
  );
}

function isRedeemed(one: QueryOperation, name: string): boolean {
  const { query } = one;
  if (query.verb === "create" || query.verb === "list" || query.verb === "count" || query.library === "sql")
    return false;
  if (!isCapability(query) || one.facts.has("auth")) return false;
  const by = comparisons(query.where).filter(
    ({ field, value }) => SECRET.test(field.slice(field.lastIndexOf(".") + 1)) && clientOf(value) !== null,
  );
  // A document of its own may be made to end by its collection.
  if (by.length === 0 || (query.library === "mongoose" && !/user|account|member|customer/i.test(query.table)))
    return false;
  return ONCE.test(`${name} ${query.table} ${by.map(({ field }) => field).join(" ")}`);
}

/** `isStale(row)`: the row as a whole is looked at by code that is not seen. */
function looksAtWhole(one: Extract<Operation, { kind: "call" }>, id: number): boolean {
  return one.args.some((arg) => arg.k === "rows" && arg.query.id === id && arg.path === "");
}
