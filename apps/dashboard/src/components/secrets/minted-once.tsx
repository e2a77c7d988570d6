"use client";

import type { MintedKey } from "@/api/answers.ts";
import { useSession } from "@/components/shell/session-context.tsx";
import { ShownOnce } from "./shown-once.tsx";
import { Snippets } from "./snippets.tsx";

/** A virtual key just minted, and the snippet it belongs in. */
export function MintedOnce({ minted, onKept }: { readonly minted: MintedKey; readonly onKept: () => void }) {
  const gatewayUrl = useSession()?.gatewayUrl ?? "";
  if (minted.key === null) return <p>The key was shown before and is not kept. Mint another if it was lost.</p>;
  return (
    <div className="grid gap-4">
      <ShownOnce secret={minted.key} what="virtual key" />
      <Snippets
        gatewayUrl={gatewayUrl}
        virtualKey={minted.key}
        providers={minted.providers.map(({ provider }) => provider)}
      />
      <button type="button" className="button button-primary justify-self-end" onClick={onKept}>
        I have kept it
      </button>
    </div>
  );
}
