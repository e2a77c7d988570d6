"use client";

import type { FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SelectField } from "@/components/form/select-field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";

const DAY = 86_400_000;
const EXPIRIES = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "", label: "Never" },
] as const;

export function ApiTokenForm({ onMinted }: { readonly onMinted: (token: string) => void }) {
  const { pending, problem, submit } = useSubmit();
  const mint = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const days = Number(textOf(form, "expiry"));
    const expiry = days > 0 ? { expires_at: inDays(days) } : {};
    const answer = await submit<{ token: string | null }>("POST", "/api/v1/api-tokens", {
      name: textOf(form, "name"),
      ...expiry,
    });
    if (answer?.ok === true && answer.data.token !== null) onMinted(answer.data.token);
  };
  return (
    <form method="post" className="grid gap-4" onSubmit={(event) => void mint(event)}>
      {problem === null ? null : <ProblemNote problem={problem} next="Nothing was minted." />}
      <Field label="Name" name="name" maxLength={120} autoComplete="off" required />
      <SelectField label="Expires" name="expiry" defaultValue="90" options={EXPIRIES} />
      <SubmitButton pending={pending}>Mint</SubmitButton>
    </form>
  );
}

function inDays(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString();
}
