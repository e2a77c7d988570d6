"use client";

import { useState, type FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { CopyButton } from "@/components/secrets/copy-button.tsx";
import { ShownOnce } from "@/components/secrets/shown-once.tsx";

interface Enrolment {
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

/** The password, then the secret for the app and the backup codes, then a first code to prove the app has it. */
export function TwoFactorOn({ onDone }: { readonly onDone: () => void }) {
  const { pending, problem, submit } = useSubmit();
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);

  const enable = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const password = textOf(new FormData(event.currentTarget), "password");
    const answer = await submit<Enrolment>("POST", "/api/auth/two-factor/enable", { password });
    if (answer?.ok === true) setEnrolment(answer.data);
  };
  const verify = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const code = textOf(new FormData(event.currentTarget), "code").trim();
    const answer = await submit("POST", "/api/auth/two-factor/verify-totp", { code });
    if (answer?.ok === true) onDone();
  };
  if (enrolment === null) {
    return (
      <form method="post" className="grid gap-4" onSubmit={(event) => void enable(event)}>
        {problem === null ? null : <ProblemNote problem={problem} next="It is still off." />}
        <Field label="Your password" name="password" type="password" autoComplete="current-password" required />
        <SubmitButton pending={pending}>Continue</SubmitButton>
      </form>
    );
  }
  const secret = new URL(enrolment.totpURI).searchParams.get("secret") ?? "";
  return (
    <form method="post" className="grid gap-4" onSubmit={(event) => void verify(event)}>
      <ShownOnce secret={secret} what="setup key for the authenticator app" />
      <p>
        On this device you can also{" "}
        <a className="link" href={enrolment.totpURI}>
          open the app with it
        </a>
        .
      </p>
      <div className="grid gap-2">
        <p>
          <strong>Keep these backup codes.</strong> Each signs you in once when the app is not at hand. They will not be
          shown again.
        </p>
        <div className="flex items-start gap-2 rounded-md border border-line-strong bg-sunken p-3">
          <ul className="grid flex-1 grid-cols-2 gap-1 font-mono">
            {enrolment.backupCodes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
          <CopyButton text={enrolment.backupCodes.join("\n")} label="Copy the backup codes" />
        </div>
      </div>
      {problem === null ? null : <ProblemNote problem={problem} next="It is not on yet." />}
      <Field
        label="Code the app shows now"
        name="code"
        inputMode="numeric"
        pattern="[0-9]{6}"
        maxLength={6}
        autoComplete="one-time-code"
        required
      />
      <SubmitButton pending={pending}>Turn on</SubmitButton>
    </form>
  );
}
