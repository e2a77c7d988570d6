import type { Metadata } from "next";
import type { Member, Page } from "@/api/answers.ts";
import { ask } from "@/api/ask.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { PageHead } from "@/components/shell/page-head.tsx";
import { InviteButton } from "./invite-button.tsx";
import { MemberList } from "./member-list.tsx";

export const metadata: Metadata = { title: "Members" };

export default async function MembersPage() {
  const members = await ask<Page<Member>>("/api/v1/members?limit=200");
  return (
    <>
      <PageHead
        title="Members"
        lead="Who belongs to this organisation, and what each may do."
        acts={<InviteButton />}
      />
      {members.ok ? <MemberList members={members.data.items} /> : <PageProblem problem={members.problem} />}
    </>
  );
}
