"use client";

import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { Field } from "@/components/form/field.tsx";
import { SelectField } from "@/components/form/select-field.tsx";
import { SubmitButton } from "@/components/form/submit-button.tsx";
import { textOf } from "@/components/form/text-of.ts";
import { useSubmit } from "@/components/form/use-submit.ts";
import { Icon } from "@/components/icons/icon.tsx";
import { ShownOnce } from "@/components/secrets/shown-once.tsx";
import { useMay, useSession } from "@/components/shell/session-context.tsx";
import { offeredRoles } from "./roles.ts";

interface Invited {
  readonly email: string;
  readonly link: string;
}

/** The form, then the link, shown once: Meterr sends no mail, the inviter hands it over. */
export function InviteButton() {
  const router = useRouter();
  const may = useMay("members.create");
  const [open, setOpen] = useState(false);
  const [invited, setInvited] = useState<Invited | null>(null);
  if (!may) return null;
  const close = (): void => {
    setOpen(false);
    setInvited(null);
    router.refresh();
  };
  return (
    <>
      <button type="button" className="button button-primary" onClick={() => setOpen(true)}>
        <Icon name="plus" /> Invite a member
      </button>
      {open && invited === null ? (
        <Sheet title="Invite a member" onClose={() => setOpen(false)}>
          <InviteForm onInvited={setInvited} />
        </Sheet>
      ) : null}
      {invited !== null ? (
        <Sheet title={`Link for ${invited.email}`} onClose={close} keepOpen>
          <ShownOnce secret={invited.link} what="invitation link" />
          <p className="text-muted">
            Hand it over yourself; Meterr sends no mail. It works once, for seven days, for this address alone.
          </p>
          <button type="button" className="button button-primary justify-self-end" onClick={close}>
            I have kept it
          </button>
        </Sheet>
      ) : null}
    </>
  );
}

function InviteForm({ onInvited }: { readonly onInvited: (invited: Invited) => void }) {
  const { pending, problem, submit } = useSubmit();
  const actor = useSession()?.role ?? "viewer";
  const invite = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const email = textOf(form, "email");
    const answer = await submit<{ invitation_token: string | null }>("POST", "/api/v1/members", {
      email,
      name: textOf(form, "name"),
      role: textOf(form, "role"),
    });
    if (answer?.ok !== true || answer.data.invitation_token === null) return;
    onInvited({ email, link: `${window.location.origin}/join#token=${answer.data.invitation_token}` });
  };
  return (
    <form method="post" className="grid gap-4" onSubmit={(event) => void invite(event)}>
      {problem === null ? null : <ProblemNote problem={problem} next="Nobody was invited." />}
      <Field label="E-mail address" name="email" type="email" autoComplete="off" required />
      <Field label="Name" name="name" maxLength={120} autoComplete="off" required />
      <SelectField
        label="Role"
        name="role"
        defaultValue="developer"
        options={offeredRoles(actor).map(({ value, label, may }) => ({ value, label: `${label}: ${may}` }))}
      />
      <SubmitButton pending={pending}>Make the invitation</SubmitButton>
    </form>
  );
}
