import { relationsIn } from "../../sql/conditions/relations.ts";
import type { SqlRule } from "../../sql/finding.ts";

export const definerSearchPath: SqlRule = {
  rule: {
    id: "rls/definer-search-path",
    title: "A SECURITY DEFINER function finds its tables by the caller's search_path",
    explanation:
      "The function runs with its owner's rights and looks unqualified tables up where the caller says. Temporary tables come first of all: whoever may run SQL makes one of the same name, and the function reads or writes that with the owner's rights. Functions that qualify every table are not reported.",
    cwe: [426, 427],
    severity: "medium",
    precision: "high",
    fix: "Add SET search_path = '' and qualify every name, or SET search_path = your_schema, pg_temp.",
    bad: [
      {
        path: "migrations/0001_members.sql",
        code: "create function is_owner(p_user uuid) returns boolean language sql security definer as $$\n  select exists (select 1 from members where user_id = p_user and role = 'owner')\n$$;\n",
      },
    ],
    good: [
      {
        path: "migrations/0001_members.sql",
        code: `create function is_owner(p_user uuid) returns boolean language sql security definer set search_path = app, pg_temp as $$
  select exists (select 1 from members where user_id = p_user and role = 'owner')
$$;
create function handle_new_user() returns trigger language plpgsql security definer as $$
begin insert into public.profiles (id) values (new.id); return new; end $$;
create function later(p int) returns bigint language sql security definer as 'select count(*) from members';
alter function later(int) set search_path = app, pg_temp;
`,
      },
    ],
  },
  *find({ schema }) {
    for (const routine of [...schema.routines.values()].flat()) {
      if (!routine.definer || routine.searchPath) continue;
      const unqualified = relationsIn(routine.body).find(
        ({ schema: named, name }) => named === null && !isVariable(name),
      );
      if (unqualified === undefined) continue;
      yield {
        ...routine.place,
        message: `${routine.name}() runs as its owner and finds ${unqualified.name} by the caller's search_path.`,
        related: [
          { path: routine.place.path, start: unqualified.start, end: unqualified.end, label: "found by search_path" },
        ],
      };
    }
  },
};

/** Transition tables, row variables and catalogue functions that stand where tables do. */
function isVariable(name: string): boolean {
  return /^(?:new|old|new_\w+|old_\w+|inserted|deleted|unnest|generate_series|strict|v_\w+|_\w+|pg_\w+)$/.test(name);
}
