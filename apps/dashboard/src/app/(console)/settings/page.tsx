import type { Metadata } from "next";
import type { ApiToken, ModelPrice, Page } from "@/api/answers.ts";
import { ask, whoAmI } from "@/api/ask.ts";
import { PageHead } from "@/components/shell/page-head.tsx";
import { Account } from "./account.tsx";
import { ApiTokens } from "./api-tokens.tsx";
import { ModelPrices } from "./model-prices.tsx";
import { TwoFactor } from "./two-factor.tsx";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage() {
  const me = await whoAmI();
  const permissions = me.ok ? me.data.permissions : [];
  const [tokens, prices] = await Promise.all([
    permissions.includes("api_tokens.read") ? ask<Page<ApiToken>>("/api/v1/api-tokens") : null,
    permissions.includes("prices.read") ? ask<Page<ModelPrice>>("/api/v1/model-prices?limit=200") : null,
  ]);
  return (
    <>
      <PageHead title="Settings" lead="Your account, and what belongs to the organisation as a whole." />
      <div className="grid max-w-4xl gap-4">
        <Account />
        <TwoFactor />
        {tokens === null ? null : <ApiTokens answer={tokens} />}
        {prices === null ? null : <ModelPrices answer={prices} />}
      </div>
    </>
  );
}
