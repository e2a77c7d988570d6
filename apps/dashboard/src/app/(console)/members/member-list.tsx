"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Budget, Member } from "@/api/answers.ts";
import { ConfirmByName } from "@/components/form/confirm-by-name.tsx";
import { useSession } from "@/components/shell/session-context.tsx";
import { BudgetAct } from "./budget-act.tsx";
import { ChangeRole } from "./change-role.tsx";
import { MemberRow } from "./member-row.tsx";

interface Act {
  readonly kind: "role" | "budget" | "remove" | "withdraw" | "leave";
  readonly member: Member;
}

export function MemberList({
  members,
  budgets,
  allBudgets,
}: {
  readonly members: readonly Member[];
  readonly budgets: readonly Budget[];
  /** Whether every member's is among them, or the visitor's own alone. */
  readonly allBudgets: boolean;
}) {
  const router = useRouter();
  const self = useSession()?.memberId;
  const [act, setAct] = useState<Act | null>(null);
  const close = (): void => setAct(null);
  const done = (): void => {
    setAct(null);
    router.refresh();
  };
  const budgetOf = (member: Member): Budget | null => budgets.find(({ member_id: id }) => id === member.id) ?? null;
  return (
    <div className="panel overflow-x-auto">
      <table className="rows">
        <caption className="sr-only">Members and open invitations</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">E-mail address</th>
            <th scope="col">Role</th>
            <th scope="col">Budget</th>
            <th scope="col">Since</th>
            <th scope="col">
              <span className="sr-only">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <MemberRow
              key={member.id}
              member={member}
              budget={budgetOf(member)}
              budgetKnown={allBudgets || member.id === self}
              onAct={(kind) => setAct({ kind, member })}
            />
          ))}
        </tbody>
      </table>
      {act?.kind === "budget" ? (
        <BudgetAct
          member={act.member}
          name={act.member.name}
          budget={budgetOf(act.member)}
          onClose={close}
          onDone={done}
        />
      ) : null}
      {act?.kind === "role" ? <ChangeRole member={act.member} onClose={close} onDone={done} /> : null}
      {act?.kind === "remove" ? (
        <ConfirmByName
          title="Remove this member"
          name={act.member.name}
          verb="Remove"
          path={`/api/v1/members/${act.member.id}`}
          onClose={close}
          onDone={done}
        >
          <p>
            Within a second {act.member.name} can do nothing here any more, and every virtual key and API token that
            acts for them is revoked. What they spent stays on record.
          </p>
        </ConfirmByName>
      ) : null}
      {act?.kind === "leave" ? (
        <ConfirmByName
          title="Leave this organisation"
          name={act.member.name}
          verb="Leave"
          path={`/api/v1/members/${act.member.id}`}
          onClose={close}
          onDone={() => window.location.assign("/")}
        >
          <p>
            Your virtual keys and API tokens here are revoked within a second. To come back you need an invitation. The
            last owner cannot leave.
          </p>
        </ConfirmByName>
      ) : null}
      {act?.kind === "withdraw" ? (
        <ConfirmByName
          title="Withdraw this invitation"
          name={act.member.email}
          verb="Withdraw"
          path={`/api/v1/invitations/${act.member.id}`}
          onClose={close}
          onDone={done}
        >
          <p>The link stops working at once. You can invite again.</p>
        </ConfirmByName>
      ) : null}
    </div>
  );
}
