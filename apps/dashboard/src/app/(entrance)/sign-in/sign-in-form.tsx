"use client";

import { useState, type FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { useSubmit } from "@/components/form/use-submit.ts";
import { textOf } from "@/components/form/text-of.ts";
import { CodeForm } from "./code-form.tsx";
import { enter } from "./enter.ts";

/** Password first; where the account has a second factor, its code next. */
export function SignInForm() {
  const { pending, problem, submit } = useSubmit();
  const [needsCode, setNeedsCode] = useState(false);

  const signIn = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const answer = await submit<{ twoFactorRedirect?: boolean }>("POST", "/api/auth/sign-in/email", {
      email: textOf(form, "email"),
      password: textOf(form, "password"),
    });
    if (answer?.ok !== true) return;
    if (answer.data.twoFactorRedirect === true) setNeedsCode(true);
    else enter();
  };

  if (needsCode) return <CodeForm />;
  return (
    <form method="post" onSubmit={(event) => void signIn(event)} className="grid gap-4">
      {problem === null ? null : <ProblemNote problem={problem} />}
      <Field label="E-mail address" name="email" type="email" autoComplete="username" required />
      <Field label="Password" name="password" type="password" autoComplete="current-password" required />
      <SubmitButton pending={pending}>Sign in</SubmitButton>
      <details>
        <summary className="link">Forgot your password?</summary>
        <p className="mt-2 text-muted">
          Whoever runs this Meterr can give you a one-time link, printed on the machine itself by{" "}
          <code className="break-words font-mono">npx meterr reset-password --email you@example.com</code>
        </p>
      </details>
    </form>
  );
}
