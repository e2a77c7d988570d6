"use client";

import { useState, type FormEvent } from "react";
import type { MintedKey, Mode, ProviderSecret } from "@/api/answers.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SelectField } from "@/components/form/select-field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { useSession } from "@/components/shell/session-context.tsx";
import { PROVIDER_NAMES, PROVIDERS } from "@/format/providers.ts";
import { mintBody } from "./mint-body.ts";

const EXPIRIES = [
  { value: "", label: "Never" },
  { value: "1", label: "In 1 day" },
  { value: "7", label: "In 7 days" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
] as const;

export function MintForm({
  secrets,
  onMinted,
}: {
  readonly secrets: readonly ProviderSecret[];
  readonly onMinted: (minted: MintedKey) => void;
}) {
  const { pending, problem, submit } = useSubmit();
  const sandboxAvailable = useSession()?.sandboxAvailable ?? false;
  const hasLive = secrets.some(({ simulated }) => !simulated);
  const [mode, setMode] = useState<Mode>(hasLive || !sandboxAvailable ? "live" : "test");
  const candidates = secrets.filter(({ simulated }) => simulated === (mode === "test"));
  const several = PROVIDERS.filter(
    (provider) => candidates.filter((secret) => secret.provider === provider).length > 1,
  );

  const mint = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const named = Object.fromEntries(several.map((provider) => [provider, textOf(form, `secret-${provider}`)]));
    const body = mintBody({
      name: textOf(form, "name"),
      mode,
      limit: textOf(form, "limit"),
      models: textOf(form, "models"),
      expiresInDays: textOf(form, "expiry"),
      secretIds: named,
      now: Date.now,
    });
    const answer = await submit<MintedKey>("POST", "/api/v1/virtual-keys", body);
    if (answer?.ok === true) onMinted(answer.data);
  };

  return (
    <form method="post" className="grid gap-4" onSubmit={(event) => void mint(event)}>
      {problem === null ? null : <ProblemNote problem={problem} next="Nothing was minted." />}
      <Field
        label="Name"
        name="name"
        hint="The application or person it is for."
        maxLength={120}
        autoComplete="off"
        required
      />
      <SelectField
        label="Mode"
        name="mode"
        value={mode}
        onChange={(event) => setMode(event.target.value === "live" ? "live" : "test")}
        options={[
          { value: "live", label: "Live: calls the providers and costs money" },
          ...(sandboxAvailable ? [{ value: "test", label: "Test: calls the sandbox, costs nothing" }] : []),
        ]}
        hint={mode === "live" && !hasLive ? "A live key needs a provider secret; seal one first." : undefined}
      />
      {several.map((provider) => (
        <SelectField
          key={`${mode}-${provider}`}
          label={`${PROVIDER_NAMES[provider]} secret`}
          name={`secret-${provider}`}
          options={candidates
            .filter((secret) => secret.provider === provider)
            .map(({ id, name, hint }) => ({ value: id, label: `${name} (${hint})` }))}
        />
      ))}
      <Field
        label="Limit in US dollars"
        name="limit"
        inputMode="decimal"
        pattern="[0-9]+([.][0-9]{1,9})?"
        placeholder="No limit"
        hint="A call that could pass it is refused before it is made. Leave empty for none."
        autoComplete="off"
      />
      <Field
        label="Models"
        name="models"
        placeholder="All models"
        hint="Names separated by commas, or empty for all."
        autoComplete="off"
      />
      <SelectField label="Expires" name="expiry" defaultValue="" options={EXPIRIES} />
      <SubmitButton pending={pending}>Mint</SubmitButton>
    </form>
  );
}
