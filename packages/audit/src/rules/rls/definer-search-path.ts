import { relationsIn } from "../../sql/conditions/relations.ts";
import type { SqlRule } from "../../sql/finding.ts";
import type { Token } from "../../sql/token.ts";

export const definerSearchPath: SqlRule = {
  rule: {
    id: "rls/definer-search-path",
    title: "A SECURITY DEFINER function finds its tables by the caller's search_path",
    explanation:
      "The function runs with its owner's rights and looks unqualified tables up where the caller says. Temporary tables come first of all: whoever may run SQL makes one of the same name, and the function reads or writes that with the owner's rights. Operators and functions without a schema are found in the same way, so one that changes rows is reported even where it qualifies every table; triggers and look-ups that do are not.",
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
      if (unqualified === undefined) {
        if (routine.returns !== "trigger" && changesRows(routine.body))
          yield {
            ...routine.place,
            message: `${routine.name}() changes rows as its owner, and the functions and operators it uses are found by the caller's search_path.`,
            related: [],
          };
        continue;
      }
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

/** `insert into t`, `update t set`, `delete from t`; not the `for update` of a look-up. */
function changesRows(body: readonly Token[]): boolean {
  return body.some(
    ({ kind, value }, at) =>
      kind === "word" &&
      ((value === "insert" && body[at + 1]?.value === "into") ||
        (value === "delete" && body[at + 1]?.value === "from") ||
        (value === "update" && body.slice(at + 1, at + 8).some((next) => next.value === "set"))),
  );
}

/** Transition tables, row variables and catalogue functions that stand where tables do. */
function isVariable(name: string): boolean {
  return /^(?:new|old|new_\w+|old_\w+|inserted|deleted|unnest|generate_series|strict|v_\w+|_\w+|pg_\w+)$/.test(name);
}
