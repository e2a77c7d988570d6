"use client";

import type { FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { passwordRefusal } from "@/components/form/password-refusal.ts";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";

/** The current password, then the new one; every other session of the account ends with the old one. */
export function ChangePassword({ onChanged }: { readonly onChanged: () => void }) {
  const { pending, problem, submit } = useSubmit();

  const change = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const answer = await submit("POST", "/api/auth/change-password", {
      currentPassword: textOf(form, "current"),
      newPassword: textOf(form, "new"),
    });
    if (answer?.ok === true) onChanged();
  };
  const refused = passwordRefusal(problem);
  return (
    <form method="post" className="grid gap-4" onSubmit={(event) => void change(event)}>
      <p>You stay signed in here, and are signed out everywhere else. API tokens and virtual keys stay as they are.</p>
      {problem === null || refused !== undefined ? null : (
        <ProblemNote problem={problem} next="Your password is as it was." />
      )}
      <Field
        label="Current password"
        name="current"
        type="password"
        autoComplete="current-password"
        maxLength={128}
        required
      />
      <Field
        label="New password"
        name="new"
        type="password"
        autoComplete="new-password"
        hint="At least 12 characters."
        minLength={12}
        maxLength={128}
        error={refused}
        required
      />
      <SubmitButton pending={pending}>Change password</SubmitButton>
    </form>
  );
}
