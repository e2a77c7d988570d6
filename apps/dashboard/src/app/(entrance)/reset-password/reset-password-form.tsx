"use client";

import Link from "next/link";
import { useState, type FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { passwordRefusal } from "@/components/form/password-refusal.ts";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useHashToken } from "@/components/form/use-hash-token.ts";
import { useSubmit } from "@/components/form/use-submit.ts";

/** Sets a password with the token of a link. It signs nobody in: whoever has the link still needs a second factor. */
export function ResetPasswordForm() {
  const token = useHashToken();
  const { pending, problem, submit } = useSubmit();
  const [done, setDone] = useState(false);

  const set = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const answer = await submit("POST", "/api/auth/reset-password", {
      token: token ?? textOf(form, "token").trim(),
      newPassword: textOf(form, "password"),
    });
    if (answer?.ok === true) setDone(true);
  };

  if (done) {
    return (
      <div className="grid gap-4">
        <output>Your new password is set, and every session of yours has ended.</output>
        <Link href="/sign-in" className="button button-primary justify-self-start">
          Sign in
        </Link>
      </div>
    );
  }
  const refused = passwordRefusal(problem);
  const next =
    problem?.code === "token_invalid" ? "Ask whoever runs this Meterr for a new link." : "Your password is as it was.";
  return (
    <form method="post" onSubmit={(event) => void set(event)} className="grid gap-4">
      {problem === null || refused !== undefined ? null : <ProblemNote problem={problem} next={next} />}
      {token === null ? (
        <Field
          label="One-time token"
          name="token"
          hint="The part after #token= of the link."
          autoComplete="off"
          className="font-mono"
          required
        />
      ) : null}
      <Field
        label="New password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="At least 12 characters."
        minLength={12}
        maxLength={128}
        error={refused}
        required
      />
      <SubmitButton pending={pending || token === undefined}>Set the password</SubmitButton>
    </form>
  );
}
