import type { Metadata } from "next";
import type { Member, Page, ProviderSecret, VirtualKey } from "@/api/answers.ts";
import { ask } from "@/api/ask.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { PageHead } from "@/components/shell/page-head.tsx";
import { MintButton } from "./mint-button.tsx";
import { VirtualKeyList } from "./virtual-key-list.tsx";

export const metadata: Metadata = { title: "Virtual keys" };

export default async function VirtualKeysPage() {
  const [keys, secrets, members] = await Promise.all([
    ask<Page<VirtualKey>>("/api/v1/virtual-keys?include_revoked=true&limit=200"),
    ask<Page<ProviderSecret>>("/api/v1/provider-secrets"),
    ask<Page<Member>>("/api/v1/members?limit=200"),
  ]);
  return (
    <>
      <PageHead
        title="Virtual keys"
        lead="What your applications carry in place of a provider’s API key. Each can have a limit that no call passes."
        acts={<MintButton secrets={secrets.ok ? secrets.data.items : []} />}
      />
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
