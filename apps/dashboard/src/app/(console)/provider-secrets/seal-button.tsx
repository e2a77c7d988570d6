"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { Icon } from "@/components/icons/icon.tsx";
import { useMay } from "@/components/shell/session-context.tsx";
import { SealForm } from "./seal-form.tsx";

export function SealButton() {
  const router = useRouter();
  const may = useMay("provider_secrets.create");
  const [open, setOpen] = useState(false);
  if (!may) return null;
  return (
    <>
      <button type="button" className="button button-primary" onClick={() => setOpen(true)}>
        <Icon name="plus" /> Seal a provider secret
      </button>
      {open ? (
        <Sheet title="Seal a provider secret" onClose={() => setOpen(false)}>
          <SealForm
            onSealed={() => {
              setOpen(false);
              router.refresh();
            }}
          />
        </Sheet>
      ) : null}
    </>
  );
}
