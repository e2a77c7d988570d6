import type { Query } from "../../values/query.ts";
import type { Chain, Value } from "../../values/value.ts";

/** Whether a Supabase client acts with the caller's rights (RLS holds) or with the service role (it does not). */
export function rightsOf(chain: Chain): Query["rights"] {
  const words = JSON.stringify(namesIn(chain)).toLowerCase();
  if (/service[_-]?role|servicerole|supabaseadmin|admin|service_key|servicekey|secret_key|secret/.test(words))
    return "service";
  if (
    /createserverclient|createroutehandler|createservercomponent|createserveraction|createbrowserclient|createclientcomponent|utils\/supabase\/server|supabase\/server|anon|createmiddlewareclient|usesupabase|serversupabase/.test(
      words,
    )
  )
    return "user";
  return "unknown";
}

function namesIn(value: Value, depth = 0): string[] {
  if (depth > 6) return [];
  switch (value.k) {
    case "foreign":
      return [value.from, value.name];
    case "opaque":
      return [value.name];
    case "env":
      return [value.name];
    case "chain":
      return [
        ...namesIn(value.root, depth + 1),
        ...value.steps
          .slice(0, 4)
          .flatMap((step) =>
            step.kind === "member"
              ? step.name === "from"
                ? []
                : [step.name]
              : step.args.flatMap((arg) => namesIn(arg, depth + 1)),
          ),
      ];
    case "choice":
      return value.alternatives.flatMap((one) => namesIn(one.value, depth + 1));
    case "pending":
      return namesIn(value.value, depth + 1);
    case "request":
      return [];
    default:
      return [];
  }
}
