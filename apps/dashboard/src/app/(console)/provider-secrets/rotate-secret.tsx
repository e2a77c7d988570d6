"use client";

import type { FormEvent } from "react";
import type { ProviderSecret } from "@/api/answers.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { SecretField } from "@/components/form/secret-field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { takeSecret } from "@/components/form/take-secret.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { PROVIDER_NAMES } from "@/format/providers.ts";

interface RotateSecretProps {
  readonly secret: ProviderSecret;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function RotateSecret({ secret, onClose, onDone }: RotateSecretProps) {
  const { pending, problem, submit } = useSubmit();
  const rotate = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const answer = await submit("POST", `/api/v1/provider-secrets/${secret.id}/versions`, {
      secret: takeSecret(event.currentTarget),
    });
    if (answer?.ok === true) onDone();
  };
  return (
    <Sheet title={`Rotate ${secret.name}`} onClose={onClose}>
      <form method="post" className="grid gap-4" onSubmit={(event) => void rotate(event)}>
        <p>
          Virtual keys keep working: their next calls use the new secret, sent to the same address. The secret before it
          is no longer used here; revoke it at {PROVIDER_NAMES[secret.provider]}.
        </p>
        {problem === null ? null : (
          <ProblemNote problem={problem} next="The secret before it stays in use. Paste the new one again." />
        )}
        <SecretField label={`New ${PROVIDER_NAMES[secret.provider]} API key`} />
        <SubmitButton pending={pending}>Rotate</SubmitButton>
      </form>
    </Sheet>
  );
}
