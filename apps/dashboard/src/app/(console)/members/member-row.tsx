"use client";

import type { Budget, Member } from "@/api/answers.ts";
import { Badge } from "@/components/feedback/badge.tsx";
import { LimitBar } from "@/components/figures/limit-bar.tsx";
import { When } from "@/components/figures/when.tsx";
import { useSession } from "@/components/shell/session-context.tsx";
import { ROLES } from "./roles.ts";

interface RowProps {
  readonly member: Member;
  readonly budget: Budget | null;
  /** False: others' budgets are not shown to the visitor. */
  readonly budgetKnown: boolean;
  readonly onAct: (act: "role" | "budget" | "remove" | "withdraw" | "leave") => void;
}

export function MemberRow({ member, budget, budgetKnown, onAct }: RowProps) {
  const session = useSession();
  const may = (permission: string): boolean => session?.permissions.includes(permission) ?? false;
  const self = member.id === session?.memberId;
  const touchable = session?.role === "owner" || member.role !== "owner";
  const role = ROLES.find(({ value }) => value === member.role);
  return (
    <tr>
      <th scope="row">
        {member.name}
        {self ? <span className="ml-2 font-normal text-muted">you</span> : null}
      </th>
      <td data-label="E-mail">
        <span className="break-all">{member.email}</span>
      </td>
      <td data-label="Role">
        <span title={role?.may}>{role?.label ?? member.role}</span>
      </td>
      <td data-label="Budget">
        {budget === null ? (
          <span className="text-muted">{budgetKnown && member.status === "active" ? "none" : "–"}</span>
        ) : (
          <LimitBar of={budget} />
        )}
      </td>
      <td data-label="Since" className="text-muted">
        {member.status === "invited" && member.expires_at !== null ? (
          <span className="inline-flex flex-wrap items-center gap-2">
            <Badge tone="accent" icon="clock">
              Invited
            </Badge>
            <span>
              ends <When instant={member.expires_at} />
            </span>
          </span>
        ) : (
          <When instant={member.created_at} />
        )}
      </td>
      <td className="act">
        <span className="inline-flex gap-2">
          {member.status === "invited" && may("members.create") && touchable ? (
            <button
              type="button"
              className="button"
              aria-label={`Withdraw the invitation of ${member.email}`}
              onClick={() => onAct("withdraw")}
            >
              Withdraw
            </button>
          ) : null}
          {member.status === "active" && may("members.update") && touchable ? (
            <button
              type="button"
              className="button"
              aria-label={`Change the role of ${member.name}`}
              onClick={() => onAct("role")}
            >
              Role
            </button>
          ) : null}
          {member.status === "active" && may("budgets.update") ? (
            <button
              type="button"
              className="button"
              aria-label={`Set the budget of ${member.name}`}
              onClick={() => onAct("budget")}
            >
              Budget
            </button>
          ) : null}
          {member.status === "active" && may("members.remove") && touchable && !self ? (
            <button
              type="button"
              className="button button-danger"
              aria-label={`Remove ${member.name}`}
              onClick={() => onAct("remove")}
            >
              Remove
            </button>
          ) : null}
          {self ? (
            <button type="button" className="button" onClick={() => onAct("leave")}>
              Leave
            </button>
          ) : null}
        </span>
      </td>
    </tr>
  );
}
