"use client";

import { useState } from "react";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { useSession } from "@/components/shell/session-context.tsx";
import { ChangePassword } from "./change-password.tsx";
import { Section } from "./section.tsx";

export function Account() {
  const session = useSession();
  const [changing, setChanging] = useState(false);
  const [changed, setChanged] = useState(false);
  const open = (): void => {
    setChanged(false);
    setChanging(true);
  };
  const done = (): void => {
    setChanging(false);
    setChanged(true);
  };
  return (
    <Section
      title="Account"
      lead={`${session?.name ?? ""}, ${session?.email ?? ""}. Your role here: ${session?.role ?? ""}.`}
      act={
        <button type="button" className="button" onClick={open}>
          Change password
        </button>
      }
    >
      <output className={changed ? "block px-4 pb-4 text-good" : "sr-only"}>
        {changed ? "Your password is changed, and you are signed out everywhere else." : ""}
      </output>
      {changing ? (
        <Sheet title="Change your password" onClose={() => setChanging(false)}>
          <ChangePassword onChanged={done} />
        </Sheet>
      ) : null}
    </Section>
  );
}
