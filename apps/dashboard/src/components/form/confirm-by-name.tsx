"use client";

import { useState, type FormEvent, type ReactNode } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { Field } from "./field.tsx";
import { SubmitButton } from "./submit-button.tsx";
import { useSubmit } from "./use-submit.ts";

interface ConfirmByNameProps {
  readonly title: string;
  /** The name to type. */
  readonly name: string;
  /** The verb on the button. */
  readonly verb: string;
  /** DELETE goes here. */
  readonly path: string;
  /** What will happen, and to whom. */
  readonly children: ReactNode;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** For what cannot be taken back: says what will happen and wants the name typed. */
export function ConfirmByName({ title, name, verb, path, children, onClose, onDone }: ConfirmByNameProps) {
  const { pending, problem, submit } = useSubmit();
  const [typed, setTyped] = useState("");
  const confirm = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (typed.trim() !== name.trim()) return;
    const answer = await submit("DELETE", path);
    if (answer?.ok === true) onDone();
  };
  return (
    <Sheet title={title} onClose={onClose}>
      <form method="post" className="grid gap-4" onSubmit={(event) => void confirm(event)}>
        <div className="space-y-2">{children}</div>
        {problem === null ? null : <ProblemNote problem={problem} next="Nothing was changed." />}
        <Field
          label={`Type “${name}” to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
        />
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            Keep it
          </button>
          <SubmitButton pending={pending} danger disabled={typed.trim() !== name.trim()}>
            {verb}
          </SubmitButton>
        </div>
      </form>
    </Sheet>
  );
}
