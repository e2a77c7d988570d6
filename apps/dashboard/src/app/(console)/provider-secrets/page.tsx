import type { Metadata } from "next";
import type { Page, ProviderSecret } from "@/api/answers.ts";
import { ask } from "@/api/ask.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { PageHead } from "@/components/shell/page-head.tsx";
import { ProviderSecretList } from "./provider-secret-list.tsx";
import { SealButton } from "./seal-button.tsx";

export const metadata: Metadata = { title: "Provider secrets" };

export default async function ProviderSecretsPage() {
  const secrets = await ask<Page<ProviderSecret>>("/api/v1/provider-secrets?include_revoked=true");
  return (
    <>
      <PageHead
        title="Provider secrets"
        lead="Your own OpenAI, Anthropic and Google API keys, sealed. Nobody can read them here again, this page included."
        acts={<SealButton />}
      />
      {secrets.ok ? <ProviderSecretList secrets={secrets.data.items} /> : <PageProblem problem={secrets.problem} />}
    </>
  );
}
