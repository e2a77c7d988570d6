import { clientIdentity } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { isCredential } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

const PERSON =
  /^(?:\w*_)?(?:user|person|subject|staff|employee|actor|viewer|principal|identity|auth|session|caller|uid|sub)(?:_?id)?$|(?:user|principal|identity|subject)(?:Id)?$/i;
const ID = /^(?:\w+_?)?id$|^sub$|^uid$|^user$|^role$/i;

/** Middleware takes who is calling from what the client says, and nothing vouches for it. */
export function saidIdentity({ trace }: Judged, report: Report): void {
  for (const one of trace.operations) {
    if (one.kind !== "identify" || !PERSON.test(one.name) || isVouchedFor(one)) continue;
    const said = saidIn(one.value);
    if (said === null) continue;
    report.violated(
      clientIdentity,
      one.place,
      `${said.path === "" ? `the ${said.part}` : said.path} is the client's to send, and is taken for who is calling.`,
      one,
    );
    return;
  }
}

function isVouchedFor({ facts }: Operation): boolean {
  return ["auth", "signature", "shared-secret", "capability", "opaque:auth"].some((name) => facts.has(name));
}

/** A value of the client's as it is, alone or as a field that identifies. */
function saidIn(value: Value, depth = 0): Extract<Value, { k: "client" }> | null {
  if (depth > 4) return null;
  switch (value.k) {
    case "client":
      return isCredential(value) || value.part === "params" ? null : value;
    case "derived":
      return /^(?:string|number|parse|JSON|bytes|decoded|trimmed|copy)$/.test(value.op) && value.args[0] !== undefined
        ? saidIn(value.args[0], depth + 1)
        : null;
    case "choice":
      for (const one of value.alternatives) {
        const found = saidIn(one.value, depth + 1);
        if (found !== null) return found;
      }
      return null;
    case "struct":
      for (const [name, inner] of value.props) {
        const found = ID.test(name) ? saidIn(inner, depth + 1) : null;
        if (found !== null) return found;
      }
      return null;
    default:
      return null;
  }
}
