"use client";

import { useState, type FormEvent } from "react";
import type { Provider, ProviderSecret } from "@/api/answers.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SecretField } from "@/components/form/secret-field.tsx";
import { SelectField } from "@/components/form/select-field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { takeSecret } from "@/components/form/take-secret.ts";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { useSession } from "@/components/shell/session-context.tsx";
import { PROVIDER_NAMES, PROVIDERS } from "@/format/providers.ts";

/** The secret leaves its input the moment it is sent, whether sealing succeeds or not. */
export function SealForm({ onSealed }: { readonly onSealed: (secret: ProviderSecret) => void }) {
  const { pending, problem, submit } = useSubmit();
  const sandboxAvailable = useSession()?.sandboxAvailable ?? false;
  const [provider, setProvider] = useState<Provider>("openai");

  const seal = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const baseUrl = textOf(form, "base_url").trim();
    const answer = await submit<ProviderSecret>("POST", "/api/v1/provider-secrets", {
      provider,
      name: textOf(form, "name"),
      secret: takeSecret(element),
      sandbox: form.get("sandbox") === "on",
      ...(baseUrl === "" ? {} : { base_url: baseUrl }),
    });
    if (answer?.ok === true) onSealed(answer.data);
  };

  return (
    <form method="post" className="grid gap-4" onSubmit={(event) => void seal(event)}>
      {problem === null ? null : <ProblemNote problem={problem} next="Nothing was sealed. Paste the secret again." />}
      <SelectField
        label="Provider"
        name="provider"
        value={provider}
        onChange={(event) => setProvider(PROVIDERS.find((name) => name === event.target.value) ?? "openai")}
        options={PROVIDERS.map((value) => ({ value, label: PROVIDER_NAMES[value] }))}
      />
      <Field
        label="Name"
        name="name"
        hint="How you will find it again, such as “production”."
        maxLength={120}
        autoComplete="off"
        required
      />
      <SecretField label={`${PROVIDER_NAMES[provider]} API key`} />
      {sandboxAvailable ? (
        <label className="flex items-start gap-2">
          <input type="checkbox" name="sandbox" className="mt-1" />
          <span>
            For test mode
            <span className="hint block">Bound to the sandbox: it is never sent to {PROVIDER_NAMES[provider]}.</span>
          </span>
        </label>
      ) : null}
      <details>
        <summary className="cursor-pointer text-muted">Another address than the provider’s own</summary>
        <div className="pt-3">
          <Field
            label="Base URL"
            name="base_url"
            type="url"
            hint="Only what the operator allows. It is sealed with the secret."
            autoComplete="off"
          />
        </div>
      </details>
      <SubmitButton pending={pending}>Seal</SubmitButton>
    </form>
  );
}
