"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { MintedKey, ProviderSecret, VirtualKey } from "@/api/answers.ts";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { ShownOnce } from "@/components/secrets/shown-once.tsx";
import { Snippets } from "@/components/secrets/snippets.tsx";
import { useMay, useSession } from "@/components/shell/session-context.tsx";
import { SealForm } from "../provider-secrets/seal-form.tsx";
import { FirstMint } from "./first-mint.tsx";
import { FirstRequest } from "./first-request.tsx";
import { Step } from "./step.tsx";

interface FirstRunProps {
  readonly secrets: readonly ProviderSecret[];
  readonly keys: readonly VirtualKey[];
}

/** The product itself in three steps. What is done stays done over a reload; only the key cannot be shown again. */
export function FirstRun({ secrets, keys }: FirstRunProps) {
  const router = useRouter();
  const session = useSession();
  const maySeal = useMay("provider_secrets.create");
  const mayMint = useMay("virtual_keys.create");
  const [sealing, setSealing] = useState(false);
  const [stays, setStays] = useState(false);
  const [minted, setMinted] = useState<MintedKey | null>(null);

  const live = secrets.some(({ simulated }) => !simulated);
  const inForce = keys.find(({ status }) => status === "active");
  const chosen = secrets.length > 0 || stays || inForce !== undefined || minted !== null;
  const key = minted ?? inForce;
  const gatewayUrl = session?.gatewayUrl ?? "";
  return (
    <ol className="grid max-w-3xl gap-3">
      <Step number={1} title="Seal a provider secret, or stay in test mode" done={chosen} current={!chosen}>
        {secrets.length > 0 ? (
          <p>
            {live
              ? "A provider secret is sealed. Live keys can call the provider."
              : "A secret for the sandbox is sealed."}
          </p>
        ) : chosen ? (
          <p>
            Test mode: calls go to the sandbox, answers are simulated and nothing is charged. You can seal a secret at
            any time.
          </p>
        ) : (
          <p>
            Your own OpenAI, Anthropic or Google API key, sealed so that nobody can read it here again. Without one the
            sandbox answers in the provider’s place.
          </p>
        )}
        {live ? null : (
          <div className="flex flex-wrap gap-2">
            {maySeal ? (
              <button
                type="button"
                className={`button ${chosen ? "" : "button-primary"}`}
                onClick={() => setSealing(true)}
              >
                Seal a provider secret
              </button>
            ) : null}
            {chosen || session?.sandboxAvailable !== true ? null : (
              <button type="button" className="button" onClick={() => setStays(true)}>
                Stay in test mode
              </button>
            )}
          </div>
        )}
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
          <FirstMint live={live} again={inForce !== undefined} onMinted={setMinted} />
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
