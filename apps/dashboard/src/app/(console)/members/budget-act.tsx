"use client";

import { useState } from "react";
import type { Budget, Member } from "@/api/answers.ts";
import { ConfirmByName } from "@/components/form/confirm-by-name.tsx";
import { SetBudget } from "./set-budget.tsx";

interface BudgetActProps {
  /** Null: the organisation as a whole. */
  readonly member: Member | null;
  /** Of whom it is. */
  readonly name: string;
  readonly budget: Budget | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Sets a budget, and from there takes it away. */
export function BudgetAct({ member, name, budget, onClose, onDone }: BudgetActProps) {
  const [removing, setRemoving] = useState(false);
  const path = member === null ? "/api/v1/budgets/organisation" : `/api/v1/budgets/members/${member.id}`;
  if (removing) {
    return (
      <ConfirmByName title="Remove this budget" name={name} verb="Remove" path={path} onClose={onClose} onDone={onDone}>
        <p>
          {member === null
            ? "The organisation’s live calls are then bounded by the budgets of members and the limits of keys alone."
            : `${name}’s live calls are then bounded by the other limits alone${member.role === "developer" ? ", and they mint no further live key" : ""}.`}{" "}
          What was counted is forgotten: a new budget starts at nothing spent.
        </p>
      </ConfirmByName>
    );
  }
  const bounds =
    member === null
      ? "The most that live calls of everybody may cost together. A call that could pass it is refused before it is made."
      : `The most that live calls with ${name}’s virtual keys may cost together.${member.role === "developer" ? " Inside it they mint live keys themselves." : ""}`;
  return (
    <SetBudget
      name={name}
      path={path}
      bounds={bounds}
      budget={budget}
      onClose={onClose}
      onDone={onDone}
      onRemove={() => setRemoving(true)}
    />
  );
}
