"use client";

import { useEffect, useRef, useState, type FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { enter } from "./enter.ts";

/** The second factor: a code of six digits, or one of the backup codes. */
export function CodeForm() {
  const { pending, problem, submit, clear } = useSubmit();
  const [backup, setBackup] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => element.current?.querySelector("input")?.focus(), []);

  const verify = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const code = textOf(new FormData(event.currentTarget), "code").trim();
    const path = backup ? "/api/auth/two-factor/verify-backup-code" : "/api/auth/two-factor/verify-totp";
    const answer = await submit("POST", path, { code });
    if (answer?.ok === true) enter();
  };

  return (
    <form ref={element} method="post" onSubmit={(event) => void verify(event)} className="grid gap-4">
      {problem === null ? null : <ProblemNote problem={problem} />}
      {backup ? (
        <Field key="backup" label="Backup code" name="code" hint="Each works once." autoComplete="off" required />
      ) : (
        <Field
          key="totp"
          label="Code of your authenticator app"
          name="code"
          inputMode="numeric"
          pattern="[0-9]{6}"
          maxLength={6}
          autoComplete="one-time-code"
          required
        />
      )}
      <SubmitButton pending={pending}>Continue</SubmitButton>
      <button
        type="button"
        className="link justify-self-start"
        onClick={() => {
          clear();
          setBackup(!backup);
        }}
      >
        {backup ? "Use the authenticator app" : "Use a backup code"}
      </button>
    </form>
  );
}
