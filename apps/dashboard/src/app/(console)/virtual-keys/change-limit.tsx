"use client";

import type { FormEvent } from "react";
import type { VirtualKey } from "@/api/answers.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { Field } from "@/components/form/field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { exactMoney } from "@/format/money.ts";

interface ChangeLimitProps {
  readonly virtualKey: VirtualKey;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function ChangeLimit({ virtualKey, onClose, onDone }: ChangeLimitProps) {
  const { pending, problem, submit } = useSubmit();
  const change = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const limit = textOf(new FormData(event.currentTarget), "limit").trim();
    const answer = await submit("PATCH", `/api/v1/virtual-keys/${virtualKey.id}`, { limit_usd: limit });
    if (answer?.ok === true) onDone();
  };
  const { limit_nanousd: limit } = virtualKey;
  return (
    <Sheet title={`Limit of ${virtualKey.name}`} onClose={onClose}>
      <form method="post" className="grid gap-4" onSubmit={(event) => void change(event)}>
        <p>
          {limit === null ? "It has no limit." : `Its limit is ${exactMoney(limit)}.`}{" "}
          {exactMoney(virtualKey.spent_nanousd)} is spent. A limit below that refuses every further call and takes
          nothing back.
        </p>
        {problem === null ? null : <ProblemNote problem={problem} next="The limit is as it was." />}
        <Field
          label="New limit in US dollars"
          name="limit"
          inputMode="decimal"
          pattern="[0-9]+([.][0-9]{1,9})?"
          autoComplete="off"
          required
        />
        <SubmitButton pending={pending}>Change the limit</SubmitButton>
      </form>
    </Sheet>
  );
}
