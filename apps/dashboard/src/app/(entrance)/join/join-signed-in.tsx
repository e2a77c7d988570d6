"use client";

import { type FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useHashToken } from "@/components/form/use-hash-token.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { enter } from "../sign-in/enter.ts";

/** The way for an account with a second factor, and for who belongs to another organisation already. */
export function JoinSignedIn() {
  const token = useHashToken();
  const { pending, problem, submit } = useSubmit();
  const join = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const typed = textOf(new FormData(event.currentTarget), "token").trim();
    const answer = await submit("POST", "/api/v1/invitations/join", { token: token ?? typed });
    if (answer?.ok === true) enter();
  };
  return (
    <form method="post" onSubmit={(event) => void join(event)} className="grid gap-4">
      {problem === null ? null : <ProblemNote problem={problem} />}
      {token === null ? (
        <Field
          label="Invitation"
          name="token"
          hint="The part after #token= of the link."
          autoComplete="off"
          className="font-mono"
          required
        />
      ) : null}
      <SubmitButton pending={pending || token === undefined}>Join the organisation</SubmitButton>
    </form>
  );
}
