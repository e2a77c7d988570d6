"use client";

import type { FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SelectField } from "@/components/form/select-field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { PROVIDER_NAMES, PROVIDERS } from "@/format/providers.ts";

const PRICE = { inputMode: "decimal", pattern: "[0-9]+([.][0-9]{1,9})?", autoComplete: "off" } as const;

export function ModelPriceForm({ onSet }: { readonly onSet: () => void }) {
  const { pending, problem, submit } = useSubmit();
  const set = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const cached = textOf(form, "cache_read").trim();
    const answer = await submit("POST", "/api/v1/model-prices", {
      provider: textOf(form, "provider"),
      model: textOf(form, "model").trim(),
      prices: {
        input_usd_per_million: textOf(form, "input").trim(),
        output_usd_per_million: textOf(form, "output").trim(),
        ...(cached === "" ? {} : { cache_read_usd_per_million: cached }),
      },
    });
    if (answer?.ok === true) onSet();
  };
  return (
    <form method="post" className="grid gap-4" onSubmit={(event) => void set(event)}>
      <p>Calls from now on are metered at it. What was spent before keeps the price it was metered at.</p>
      {problem === null ? null : <ProblemNote problem={problem} next="The price is as it was." />}
      <SelectField
        label="Provider"
        name="provider"
        options={PROVIDERS.map((value) => ({ value, label: PROVIDER_NAMES[value] }))}
      />
      <Field label="Model" name="model" hint="As requests name it." maxLength={200} autoComplete="off" required />
      <Field label="Input, US dollars per million tokens" name="input" {...PRICE} required />
      <Field label="Output, US dollars per million tokens" name="output" {...PRICE} required />
      <Field
        label="Read from the cache, US dollars per million tokens"
        name="cache_read"
        hint="Empty: as input."
        {...PRICE}
      />
      <SubmitButton pending={pending}>Set the price</SubmitButton>
    </form>
  );
}
