import type { Metadata } from "next";
import type { Member, Page } from "@/api/answers.ts";
import { ask, whoAmI } from "@/api/ask.ts";
import { askBudgets } from "@/api/budgets.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { PageHead } from "@/components/shell/page-head.tsx";
import { InviteButton } from "./invite-button.tsx";
import { MemberList } from "./member-list.tsx";
import { OrganisationBudget } from "./organisation-budget.tsx";

export const metadata: Metadata = { title: "Members" };

export default async function MembersPage() {
  const [me, members, budgets] = await Promise.all([
    whoAmI(),
    ask<Page<Member>>("/api/v1/members?limit=200"),
    askBudgets(),
  ]);
  // A developer is shown their own alone.
  const all = me.ok && me.data.role !== "developer";
  return (
    <>
      <PageHead
        title="Members"
        lead="Who belongs to this organisation, what each may do, and what they may spend."
        acts={<InviteButton />}
      />
      {budgets.ok ? null : <PageProblem problem={budgets.problem} />}
      {budgets.ok && all ? (
        <OrganisationBudget budget={budgets.data.find(({ scope }) => scope === "organisation") ?? null} />
      ) : null}
      {members.ok ? (
        <MemberList
          members={members.data.items}
          budgets={budgets.ok ? budgets.data : []}
          allBudgets={budgets.ok && all}
        />
      ) : (
        <PageProblem problem={members.problem} />
      )}
    </>
  );
}
