"use client";

import { useState, type FormEvent } from "react";
import { send } from "@/api/send.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { passwordRefusal } from "@/components/form/password-refusal.ts";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useHashToken } from "@/components/form/use-hash-token.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { enter } from "../sign-in/enter.ts";

/** Accepts an invitation, then signs in: a new account with the password just chosen, an old one with its own. */
export function JoinForm() {
  const token = useHashToken();
  const { pending, problem, submit } = useSubmit();
  const [entering, setEntering] = useState(false);

  const join = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [email, password, name] = [textOf(form, "email"), textOf(form, "password"), textOf(form, "name").trim()];
    const answer = await submit("POST", "/api/v1/invitations/accept", {
      token: token ?? textOf(form, "token").trim(),
      password,
      ...(name === "" ? {} : { name }),
    });
    if (answer?.ok !== true) return;
    setEntering(true);
    const signedIn = await send("POST", "/api/auth/sign-in/email", { body: { email, password } });
    if (signedIn.ok) enter();
    else window.location.assign("/sign-in");
  };

  const refused = passwordRefusal(problem);
  return (
    <form method="post" onSubmit={(event) => void join(event)} className="grid gap-4">
      {problem === null || refused !== undefined ? null : <ProblemNote problem={problem} />}
      {token === null ? (
        <Field
          label="Invitation"
          name="token"
          hint="The part after #token= of the link you were given."
          autoComplete="off"
          className="font-mono"
          required
        />
      ) : null}
      <Field
        label="E-mail address"
        name="email"
        type="email"
        hint="The one that was invited."
        autoComplete="username"
        required
      />
      <Field
        label="Your name"
        name="name"
        hint="Leave empty to keep the name in the invitation."
        autoComplete="name"
        maxLength={120}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        hint="At least 12 characters."
        autoComplete="current-password"
        maxLength={128}
        error={refused}
        required
      />
      <SubmitButton pending={pending || entering || token === undefined}>Join</SubmitButton>
    </form>
  );
}
