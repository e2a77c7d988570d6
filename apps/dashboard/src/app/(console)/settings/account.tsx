"use client";

import { useSession } from "@/components/shell/session-context.tsx";
import { SignOutButton } from "@/components/shell/sign-out-button.tsx";
import { Section } from "./section.tsx";

export function Account() {
  const session = useSession();
  return (
    <Section
      title="Account"
      lead={`${session?.name ?? ""}, ${session?.email ?? ""}. Your role here: ${session?.role ?? ""}.`}
      act={<SignOutButton />}
    >
      {null}
    </Section>
  );
}
