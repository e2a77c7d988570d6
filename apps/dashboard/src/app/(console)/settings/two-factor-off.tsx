"use client";

import type { FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";

export function TwoFactorOff({ onDone }: { readonly onDone: () => void }) {
  const { pending, problem, submit } = useSubmit();
  const disable = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const password = textOf(new FormData(event.currentTarget), "password");
    const answer = await submit("POST", "/api/auth/two-factor/disable", { password });
    if (answer?.ok === true) onDone();
  };
  return (
    <form method="post" className="grid gap-4" onSubmit={(event) => void disable(event)}>
      <p>From then on your password alone signs you in, and your backup codes are void.</p>
      {problem === null ? null : <ProblemNote problem={problem} next="It is still on." />}
      <Field label="Your password" name="password" type="password" autoComplete="current-password" required />
      <SubmitButton pending={pending} danger>
        Turn off
      </SubmitButton>
    </form>
  );
}
