"use client";

import type { FormEvent } from "react";
import type { Budget } from "@/api/answers.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { Field } from "@/components/form/field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { exactMoney } from "@/format/money.ts";

interface SetBudgetProps {
  /** Whose it is, as a person calls it. */
  readonly name: string;
  readonly path: string;
  /** What it bounds, in one sentence. */
  readonly bounds: string;
  readonly budget: Budget | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
  readonly onRemove: () => void;
}

/** The limit alone is set; what is spent stays, since the ledger alone counts. */
export function SetBudget({ name, path, bounds, budget, onClose, onDone, onRemove }: SetBudgetProps) {
  const { pending, problem, submit } = useSubmit();
  const set = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const limit = textOf(new FormData(event.currentTarget), "limit").trim();
    const answer = await submit("PUT", path, { limit_usd: limit });
    if (answer?.ok === true) onDone();
  };
  return (
    <Sheet title={`Budget of ${name}`} onClose={onClose}>
      <form method="post" className="grid gap-4" onSubmit={(event) => void set(event)}>
        <p>{bounds}</p>
        <p>
          {budget === null
            ? "Spending counts from the moment it is set."
            : `It is ${exactMoney(budget.limit_nanousd)}, of which ${exactMoney(budget.spent_nanousd)} is spent. A budget below that refuses every further call and takes nothing back.`}
        </p>
        {problem === null ? null : <ProblemNote problem={problem} next="The budget is as it was." />}
        <Field
          label="Budget in US dollars"
          name="limit"
          inputMode="decimal"
          pattern="[0-9]+([.][0-9]{1,9})?"
          hint="It has no period: raise it when more may be spent."
          autoComplete="off"
          required
        />
        <SubmitButton pending={pending}>{budget === null ? "Set the budget" : "Change the budget"}</SubmitButton>
        {budget === null ? null : (
          <button type="button" className="button button-danger justify-self-start" onClick={onRemove}>
            Remove the budget
          </button>
        )}
      </form>
    </Sheet>
  );
}
