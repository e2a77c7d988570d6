"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { ApiToken, Page } from "@/api/answers.ts";
import type { Answer } from "@/api/problem.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { Sheet } from "@/components/feedback/sheet.tsx";
import { When } from "@/components/figures/when.tsx";
import { ConfirmByName } from "@/components/form/confirm-by-name.tsx";
import { ShownOnce } from "@/components/secrets/shown-once.tsx";
import { useMay } from "@/components/shell/session-context.tsx";
import { ApiTokenForm } from "./api-token-form.tsx";
import { Section } from "./section.tsx";

export function ApiTokens({ answer }: { readonly answer: Answer<Page<ApiToken>> }) {
  const router = useRouter();
  const mayMint = useMay("api_tokens.create");
  const mayRevoke = useMay("api_tokens.revoke");
  const [minting, setMinting] = useState(false);
  const [minted, setMinted] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const close = (): void => {
    setMinting(false);
    setMinted(null);
    setRevoking(null);
    router.refresh();
  };
  const tokens = answer.ok ? answer.data.items : [];
  return (
    <Section
      title="API tokens"
      lead="For programs that administer Meterr, such as the meterr command. Each acts as its member, with the member’s role."
      act={
        mayMint ? (
          <button type="button" className="button" onClick={() => setMinting(true)}>
            Mint an API token
          </button>
        ) : null
      }
    >
      {!answer.ok ? (
        <PageProblem problem={answer.problem} />
      ) : tokens.length === 0 ? (
        <p className="px-4 pb-4 text-muted">None is in force.</p>
      ) : (
        <table className="rows border-t border-line">
          <caption className="sr-only">API tokens in force</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Token</th>
              <th scope="col">Minted</th>
              <th scope="col">Expires</th>
              <th scope="col">
                <span className="sr-only">Acts</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <tr key={token.id}>
                <th scope="row">{token.name}</th>
                <td data-label="Token">
                  <code className="font-mono">{token.display}…</code>
                </td>
                <td data-label="Minted" className="text-muted">
                  <When instant={token.created_at} />
                </td>
                <td data-label="Expires" className="text-muted">
                  {token.expires_at === null ? <span>never</span> : <When instant={token.expires_at} />}
                </td>
                <td className="act">
                  {mayRevoke ? (
                    <button
                      type="button"
                      className="button button-danger"
                      aria-label={`Revoke ${token.name}`}
                      onClick={() => setRevoking(token)}
                    >
                      Revoke
                    </button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {minting && minted === null ? (
        <Sheet title="Mint an API token" onClose={() => setMinting(false)}>
          <ApiTokenForm onMinted={setMinted} />
        </Sheet>
      ) : null}
      {minted === null ? null : (
        <Sheet title="The API token is minted" onClose={close} keepOpen>
          <ShownOnce secret={minted} what="API token" />
          <button type="button" className="button button-primary justify-self-end" onClick={close}>
            I have kept it
          </button>
        </Sheet>
      )}
      {revoking === null ? null : (
        <ConfirmByName
          title="Revoke this API token"
          name={revoking.name}
          verb="Revoke"
          path={`/api/v1/api-tokens/${revoking.id}`}
          onClose={() => setRevoking(null)}
          onDone={close}
        >
          <p>
            Whatever uses it is refused from the next request on. The meterr command of this machine uses the one named
            “operator”.
          </p>
        </ConfirmByName>
      )}
    </Section>
  );
}
