"use client";

import type { FormEvent } from "react";
import type { MintedKey } from "@/api/answers.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Field } from "@/components/form/field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";

interface FirstMintProps {
  readonly live: boolean;
  readonly again: boolean;
  readonly onMinted: (minted: MintedKey) => void;
}

/** A cent: enough for a few small calls, and for seeing one refused. US dollars. */
const FIRST_LIMIT = "0.01";

export function FirstMint({ live, again, onMinted }: FirstMintProps) {
  const { pending, problem, submit } = useSubmit();
  const mint = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const answer = await submit<MintedKey>("POST", "/api/v1/virtual-keys", {
      name: textOf(form, "name"),
      limit_usd: textOf(form, "limit").trim(),
      mode: live ? "live" : "test",
    });
    if (answer?.ok === true) onMinted(answer.data);
  };
  return (
    <form method="post" className="grid gap-3" onSubmit={(event) => void mint(event)}>
      {problem === null ? null : <ProblemNote problem={problem} next="Nothing was minted." />}
      <div className="grid items-end gap-3 sm:grid-cols-[1fr_140px_auto]">
        <Field
          label="Name"
          name="name"
          defaultValue={again ? "second key" : "first key"}
          maxLength={120}
          autoComplete="off"
          required
        />
        <Field
          label="Limit, US dollars"
          name="limit"
          defaultValue={FIRST_LIMIT}
          inputMode="decimal"
          pattern="[0-9]+([.][0-9]{1,9})?"
          required
        />
        <SubmitButton pending={pending}>{live ? "Mint a live key" : "Mint a test key"}</SubmitButton>
      </div>
    </form>
  );
}
