"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { MintedKey, ProviderSecret } from "@/api/answers.ts";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { Icon } from "@/components/icons/icon.tsx";
import { MintedOnce } from "@/components/secrets/minted-once.tsx";
import { useMay } from "@/components/shell/session-context.tsx";
import { MintForm } from "./mint-form.tsx";

/** The form, then the key, shown once. */
export function MintButton({ secrets }: { readonly secrets: readonly ProviderSecret[] }) {
  const router = useRouter();
  const may = useMay("virtual_keys.create");
  const [open, setOpen] = useState(false);
  const [minted, setMinted] = useState<MintedKey | null>(null);
  if (!may) return null;
  const close = (): void => {
    setOpen(false);
    setMinted(null);
    router.refresh();
  };
  return (
    <>
      <button type="button" className="button button-primary" onClick={() => setOpen(true)}>
        <Icon name="plus" /> Mint a virtual key
      </button>
      {open && minted === null ? (
        <Sheet title="Mint a virtual key" onClose={() => setOpen(false)}>
          <MintForm secrets={secrets} onMinted={setMinted} />
        </Sheet>
      ) : null}
      {minted !== null ? (
        <Sheet title={`${minted.name} is minted`} onClose={close} keepOpen>
          <MintedOnce minted={minted} onKept={close} />
        </Sheet>
      ) : null}
    </>
  );
}
