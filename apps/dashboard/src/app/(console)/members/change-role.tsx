"use client";

import type { FormEvent } from "react";
import type { Member } from "@/api/answers.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { SelectField } from "@/components/form/select-field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { useSession } from "@/components/shell/session-context.tsx";
import { offeredRoles } from "./roles.ts";

interface ChangeRoleProps {
  readonly member: Member;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function ChangeRole({ member, onClose, onDone }: ChangeRoleProps) {
  const { pending, problem, submit } = useSubmit();
  const actor = useSession()?.role ?? "viewer";
  const change = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const role = textOf(new FormData(event.currentTarget), "role");
    const answer = await submit("PATCH", `/api/v1/members/${member.id}`, { role });
    if (answer?.ok === true) onDone();
  };
  return (
    <Sheet title={`Role of ${member.name}`} onClose={onClose}>
      <form method="post" className="grid gap-4" onSubmit={(event) => void change(event)}>
        <p>It counts from the next request on. A developer sees their own keys and usage only.</p>
        {problem === null ? null : <ProblemNote problem={problem} next="The role is as it was." />}
        <SelectField
          label="Role"
          name="role"
          defaultValue={member.role}
          options={offeredRoles(actor).map(({ value, label, may }) => ({ value, label: `${label}: ${may}` }))}
        />
        <SubmitButton pending={pending}>Change the role</SubmitButton>
      </form>
    </Sheet>
  );
}
