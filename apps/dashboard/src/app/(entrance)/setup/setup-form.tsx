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

/** Makes organisation and owner with the one-time token, then signs the owner in. */
export function SetupForm() {
  const token = useHashToken();
  const { pending, problem, submit } = useSubmit();
  const [entering, setEntering] = useState(false);

  const complete = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [email, password] = [textOf(form, "email"), textOf(form, "password")];
    const answer = await submit("POST", "/api/v1/setup", {
      setup_token: token ?? textOf(form, "token").trim(),
      organisation: textOf(form, "organisation"),
      name: textOf(form, "name"),
      email,
      password,
    });
    if (answer?.ok !== true) return;
    setEntering(true);
    const signedIn = await send("POST", "/api/auth/sign-in/email", { body: { email, password } });
    if (signedIn.ok) enter();
    else window.location.assign("/sign-in");
  };

  const refused = passwordRefusal(problem);
  return (
    <form method="post" onSubmit={(event) => void complete(event)} className="grid gap-4">
      {problem === null || refused !== undefined ? null : (
        <ProblemNote problem={problem} next="Nothing was made yet." />
      )}
      {token === null ? (
        <Field
          label="One-time token"
          name="token"
          hint="The part after #token= of the address that npm start printed."
          autoComplete="off"
          className="font-mono"
          required
        />
      ) : null}
      <Field label="Organisation" name="organisation" autoComplete="organization" maxLength={120} required />
      <Field label="Your name" name="name" autoComplete="name" maxLength={120} required />
      <Field label="E-mail address" name="email" type="email" autoComplete="username" required />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="At least 12 characters."
        minLength={12}
        maxLength={128}
        error={refused}
        required
      />
      <SubmitButton pending={pending || entering || token === undefined}>Become the owner</SubmitButton>
    </form>
  );
}
