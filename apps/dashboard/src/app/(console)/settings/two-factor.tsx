"use client";

import { useEffect, useState } from "react";
import { send } from "@/api/send.ts";
import { Badge } from "@/components/feedback/badge.tsx";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { Section } from "./section.tsx";
import { TwoFactorOff } from "./two-factor-off.tsx";
import { TwoFactorOn } from "./two-factor-on.tsx";

interface SessionAnswer {
  readonly user: { readonly twoFactorEnabled?: boolean | null } | null;
}

/** Whether signing in needs a second factor, and the way to change it. */
export function TwoFactor() {
  const [enabled, setEnabled] = useState<boolean | null>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    void askEnabled().then(setEnabled);
  }, []);
  const done = (): void => {
    setOpen(false);
    void askEnabled().then(setEnabled);
  };
  return (
    <Section
      title="Two-factor sign-in"
      lead="Besides your password a code from an authenticator app. Worth having for who can move money limits."
      act={
        <span className="inline-flex items-center gap-3">
          {enabled === null ? null : enabled ? (
            <Badge tone="good" icon="check">
              On
            </Badge>
          ) : (
            <Badge tone="plain">Off</Badge>
          )}
          <button type="button" className="button" disabled={enabled === null} onClick={() => setOpen(true)}>
            {enabled === true ? "Turn off" : "Turn on"}
          </button>
        </span>
      }
    >
      {open ? (
        <Sheet title={enabled === true ? "Turn two-factor sign-in off" : "Turn two-factor sign-in on"} onClose={done}>
          {enabled === true ? <TwoFactorOff onDone={done} /> : <TwoFactorOn onDone={done} />}
        </Sheet>
      ) : null}
    </Section>
  );
}

/** Null when it cannot be asked. */
async function askEnabled(): Promise<boolean | null> {
  const answer = await send<SessionAnswer | null>("GET", "/api/auth/get-session");
  return answer.ok ? answer.data?.user?.twoFactorEnabled === true : null;
}
