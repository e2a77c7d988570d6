"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { ProviderSecret } from "@/api/answers.ts";
import { Empty } from "@/components/feedback/empty.tsx";
import { ProviderSecretRow } from "./provider-secret-row.tsx";
import { RevokeSecret } from "./revoke-secret.tsx";
import { RotateSecret } from "./rotate-secret.tsx";

/** How often to look whether the key service has tried a new secret. Milliseconds. */
const LOOK_AGAIN = 2_000;
/** By then it has been tried, or the provider does not answer. Looks. */
const LOOKS = 15;

interface Act {
  readonly kind: "rotate" | "revoke";
  readonly secret: ProviderSecret;
}

export function ProviderSecretList({ secrets }: { readonly secrets: readonly ProviderSecret[] }) {
  const router = useRouter();
  const [act, setAct] = useState<Act | null>(null);
  const [showRevoked, setShowRevoked] = useState(false);
  const [looks, setLooks] = useState(0);
  const untried = secrets.some(({ status }) => status === "unverified");

  useEffect(() => {
    if (!untried || looks >= LOOKS) return;
    const timer = setTimeout(() => {
      setLooks(looks + 1);
      router.refresh();
    }, LOOK_AGAIN);
    return () => clearTimeout(timer);
  }, [untried, looks, router]);

  const done = (): void => {
    setAct(null);
    setLooks(0);
    router.refresh();
  };
  const revoked = secrets.filter(({ status }) => status === "revoked").length;
  const shown = secrets.filter(({ status }) => showRevoked || status !== "revoked");
  return (
    <div className="grid gap-3">
      <div className="panel overflow-x-auto">
        {shown.length === 0 ? (
          <Empty title="No provider secret yet">
            Seal one to call a provider for real. In test mode virtual keys call the sandbox and need none.
          </Empty>
        ) : (
          <table className="rows">
            <caption className="sr-only">Provider secrets, newest first, each masked</caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Provider</th>
                <th scope="col">Secret</th>
                <th scope="col">Status</th>
                <th scope="col">Sent to</th>
                <th scope="col">Sealed</th>
                <th scope="col">
                  <span className="sr-only">Acts</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((secret) => (
                <ProviderSecretRow key={secret.id} secret={secret} onAct={(kind) => setAct({ kind, secret })} />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {revoked > 0 ? (
        <button type="button" className="link justify-self-start text-xs" onClick={() => setShowRevoked(!showRevoked)}>
          {showRevoked ? "Hide revoked" : `Show revoked (${revoked})`}
        </button>
      ) : null}
      {act?.kind === "rotate" ? <RotateSecret secret={act.secret} onClose={() => setAct(null)} onDone={done} /> : null}
      {act?.kind === "revoke" ? <RevokeSecret secret={act.secret} onClose={() => setAct(null)} onDone={done} /> : null}
    </div>
  );
}
