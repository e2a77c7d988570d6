import type { Metadata } from "next";
import type { Member, Page, ProviderSecret, VirtualKey } from "@/api/answers.ts";
import { ask, whoAmI } from "@/api/ask.ts";
import { askBudgets } from "@/api/budgets.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { PageHead } from "@/components/shell/page-head.tsx";
import { MintButton } from "./mint-button.tsx";
import { OwnBudget } from "./own-budget.tsx";
import { VirtualKeyList } from "./virtual-key-list.tsx";

export const metadata: Metadata = { title: "Virtual keys" };

export default async function VirtualKeysPage() {
  const me = await whoAmI();
  const [keys, secrets, members, budgets] = await Promise.all([
    ask<Page<VirtualKey>>("/api/v1/virtual-keys?include_revoked=true&limit=200"),
    ask<Page<ProviderSecret>>("/api/v1/provider-secrets"),
    ask<Page<Member>>("/api/v1/members?limit=200"),
    me.ok && me.data.role === "developer" ? askBudgets() : null,
  ]);
  return (
    <>
      <PageHead
        title="Virtual keys"
        lead="What your applications carry in place of a provider’s API key. Each can have a limit that no call passes."
        acts={<MintButton secrets={secrets.ok ? secrets.data.items : []} />}
      />
      {budgets?.ok === true ? <OwnBudget budget={budgets.data[0] ?? null} /> : null}
      {keys.ok ? (
        <VirtualKeyList
          initial={keys.data.items}
          nextCursor={keys.data.next_cursor}
          members={members.ok ? members.data.items.map(({ id, name }) => ({ id, name })) : []}
        />
      ) : (
        <PageProblem problem={keys.problem} />
      )}
    </>
  );
}
