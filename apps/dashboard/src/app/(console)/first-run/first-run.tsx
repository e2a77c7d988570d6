"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { MintedKey, Mode, ProviderSecret, VirtualKey } from "@/api/answers.ts";
import { MODE_COOKIE } from "@/api/cookies.ts";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { ShownOnce } from "@/components/secrets/shown-once.tsx";
import { Snippets } from "@/components/secrets/snippets.tsx";
import { remember } from "@/components/shell/remember.ts";
import { useMay, useSession } from "@/components/shell/session-context.tsx";
import { SealForm } from "../provider-secrets/seal-form.tsx";
import { FirstChoice } from "./first-choice.tsx";
import { FirstMint } from "./first-mint.tsx";
import { FirstRequest } from "./first-request.tsx";
import { Step } from "./step.tsx";

interface FirstRunProps {
  readonly secrets: readonly ProviderSecret[];
  readonly keys: readonly VirtualKey[];
  /** Whether the visitor has chosen test mode before. */
  readonly testChosen: boolean;
}

/** The product itself in three steps. What is done stays done over a reload; only the key cannot be shown again. */
export function FirstRun({ secrets, keys, testChosen }: FirstRunProps) {
  const router = useRouter();
  const session = useSession();
  const mayMint = useMay("virtual_keys.create");
  const [sealing, setSealing] = useState(false);
  const [stays, setStays] = useState(testChosen);
  const [lastMinted, setMinted] = useState<MintedKey | null>(null);

  const sandboxAvailable = session?.sandboxAvailable === true;
  const sealedLive = secrets.some(({ simulated }) => !simulated);
  const test = sandboxAvailable && (stays || !sealedLive);
  const mode: Mode = test ? "test" : "live";
  const inForce = keys.find((key) => key.status === "active" && key.mode === mode);
  const minted = lastMinted?.mode === mode ? lastMinted : null;
  const chosen = secrets.length > 0 || (test && stays) || inForce !== undefined || minted !== null;
  const key = minted ?? inForce;
  const gatewayUrl = session?.gatewayUrl ?? "";
  const choose = (next: Mode): void => {
    remember(MODE_COOKIE, next);
    setStays(next === "test");
  };
  return (
    <ol className="grid max-w-3xl gap-3">
      <Step number={1} title="Seal a provider secret, or stay in test mode" done={chosen} current={!chosen}>
        <FirstChoice
          mode={mode}
          chosen={chosen}
          sealedLive={sealedLive}
          sandboxAvailable={sandboxAvailable}
          onSeal={() => setSealing(true)}
          onChoose={choose}
        />
      </Step>
      <Step
        number={2}
        title="Mint a virtual key with a $0.01 limit"
        done={key !== undefined}
        current={chosen && key === undefined}
      >
        {minted?.key ? (
          <ShownOnce secret={minted.key} what="virtual key" />
        ) : inForce === undefined ? (
          <p>It stands in your application where the provider’s key stood. No call can take it past its limit.</p>
        ) : (
          <p>
            {inForce.name} is minted (<code className="font-mono">{inForce.display}…</code>). If you have not kept it,
            mint another.
          </p>
        )}
        {chosen && mayMint && minted === null ? (
          <FirstMint live={!test} again={inForce !== undefined} onMinted={setMinted} />
        ) : null}
      </Step>
      <Step number={3} title="Make a call and watch it appear" done={false} current={key !== undefined}>
        {key === undefined ? (
          <p>A snippet for your SDK will stand here, with the key in it.</p>
        ) : (
          <>
            <Snippets
              gatewayUrl={gatewayUrl}
              virtualKey={minted?.key ?? `${key.display}… (the key you kept)`}
              providers={key.providers.map(({ provider }) => provider)}
            />
            <FirstRequest />
          </>
        )}
      </Step>
      {sealing ? (
        <Sheet title="Seal a provider secret" onClose={() => setSealing(false)}>
          <SealForm
            onSealed={() => {
              setSealing(false);
              router.refresh();
            }}
          />
        </Sheet>
      ) : null}
    </ol>
  );
}
