import { relationsIn } from "../../sql/conditions/relations.ts";
import type { Database } from "../../sql/database.ts";
import type { SqlRule } from "../../sql/finding.ts";
import type { Routine } from "../../sql/schema.ts";

const ASKS = /^(?:uid|jwt|current_setting|current_user|session_user|requesting_user_id|get_my_claim)$/;
const IDENTIFIES =
  /(?:^|_)(?:id|ids|uuid|email|user|org|organi[sz]ation|team|tenant|account|workspace|owner|customer)$|[a-z]Id$/;
const CAPABILITY = /token|hash|secret|code|nonce|signature|password|api_?key/i;
const COUNTS =
  /(?:view|like|click|download|share|hit|visit|impression|play)s?(?:_count)?$|^(?:public|get_public|search_public)_/i;

export const definerExposed: SqlRule = {
  rule: {
    id: "rls/definer-exposed",
    title: "A SECURITY DEFINER function of the API works for ids of anybody",
    explanation:
      "Functions in an exposed schema are called by every visitor through /rpc. This one runs as its owner, past every policy, takes an id from the caller and never asks who the caller is: it reads or changes rows of whichever tenant is named.",
    cwe: [639, 862],
    severity: "critical",
    precision: "high",
    fix: "Ask for the caller inside (auth.uid(), a membership), make it SECURITY INVOKER so that policies hold, or take it from clients: REVOKE EXECUTE … FROM PUBLIC, anon, authenticated.",
    bad: [
      {
        path: "supabase/migrations/20240701_usage.sql",
        code: `create function public.team_usage(p_team_id uuid) returns bigint language sql security definer set search_path = '' as $$
  select sum(u.units) from public.usage_days u where u.team_id = p_team_id
$$;
`,
      },
    ],
    good: [
      {
        path: "supabase/migrations/20240701_usage.sql",
        code: `create function public.team_usage(p_team_id uuid) returns bigint language sql security definer set search_path = '' as $$
  select sum(u.units) from public.usage_days u where u.team_id = p_team_id
    and exists (select 1 from public.team_members m where m.team_id = p_team_id and m.user_id = (select auth.uid()))
$$;
create function public.add_credits(p_user_id uuid, p_amount int) returns void language sql security definer set search_path = '' as $$
  update public.credits set amount = amount + p_amount where user_id = p_user_id
$$;
revoke execute on function public.add_credits(uuid, int) from public, anon, authenticated;
create function private.usage_of(p_team_id uuid) returns bigint language sql security definer set search_path = '' as $$
  select sum(u.units) from public.usage_days u where u.team_id = p_team_id
$$;
create function public.my_team_usage(p_team_id uuid) returns bigint language sql security definer set search_path = '' as $$
  select sum(u.units) from public.usage_days u where private.may_read(p_team_id) and u.team_id = p_team_id
$$;
create function private.may_read(p_team_id uuid) returns boolean language sql security definer set search_path = '' as $$
  select exists (select 1 from public.team_members m where m.team_id = p_team_id and m.user_id = (select auth.uid()))
$$;
`,
      },
    ],
  },
  *find(database) {
    for (const routine of [...database.schema.routines.values()].flat()) {
      if (!routine.definer || routine.schema !== "public" || !database.isSupabase(routine.set)) continue;
      // The API calls functions alone.
      if (["procedure", "trigger", "event_trigger", "boolean", "bool"].includes(routine.returns)) continue;
      if (routine.revoked.has("public") || (routine.revoked.has("anon") && routine.revoked.has("authenticated")))
        continue;
      if (COUNTS.test(routine.name) || database.isCalledByPolicies(routine)) continue;
      const named = routine.parameters.find(
        ({ name, type }) => (IDENTIFIES.test(name) || type === "uuid") && !CAPABILITY.test(name),
      );
      if (named === undefined || routine.parameters.some(({ name }) => CAPABILITY.test(name))) continue;
      if (relationsIn(routine.body).length === 0 || asksForCaller(database, routine, new Set())) continue;
      yield {
        ...routine.place,
        message: `${routine.name}() is called by anybody through the API, runs as its owner, and takes ${named.name === "" ? "an id" : named.name} without asking whose it is.`,
        related: [],
      };
    }
  },
};

/** In its own text or in that of a function it calls. One that no migration made is given the benefit of the doubt by name. */
function asksForCaller(database: Database, routine: Routine, seen: Set<Routine>): boolean {
  seen.add(routine);
  const tokens = [...routine.header, ...routine.body];
  return tokens.some(({ kind, value }, at) => {
    if (kind !== "word" && kind !== "quoted") return kind === "string" && /request\.jwt/.test(value);
    if (ASKS.test(value) || (value === "role" && tokens[at - 1]?.value === ".")) return true;
    if (tokens[at + 1]?.value !== "(") return false;
    const schema = tokens[at - 1]?.value === "." ? (tokens[at - 2]?.value ?? null) : null;
    const called = database.schema.routinesNamed({ schema, name: value, start: 0, end: 0 });
    if (called.length === 0)
      return /^(?:is|has|can|may|check|assert|require|ensure|verify|authori[sz]e|current|get_current|get_my)_/.test(
        value,
      );
    return called.some((one) => !seen.has(one) && asksForCaller(database, one, seen));
  });
}
