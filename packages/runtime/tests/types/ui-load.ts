import { z } from "zod";
import { memberTenant, type Authenticator, type KeyManifest, type Secret, type Sql } from "../../src/index.ts";
import { uiKey, type UiHost } from "../../src/ui/index.ts";

// Compiled, never run: each @ts-expect-error fails the type check once the line beneath it compiles.

interface Row {
  readonly id: string;
  readonly at: Date;
}

export function anInlineLoadSaysWhatRenderGets(host: UiHost, manifest: KeyManifest, auth: Authenticator): unknown[] {
  const base = { host, manifest, auth, tenant: memberTenant(), fallback: null } as const;
  const first = uiKey({
    ...base,
    load: async ({ sql, tenant, props }) => {
      const handle: Sql = sql;
      const nothing: undefined = props;
      return { rows: (await handle.query<Row>("select 1")).rows, tenant: tenant.id, nothing };
    },
    render: ({ rows, tenant }) => `${tenant} ${rows.map((row) => row.at.toISOString()).join()}`,
  });
  const second = uiKey({
    ...base,
    props: z.object({ company: z.string(), page: z.coerce.number() }),
    select: (props) => props.company,
    load: async ({ props }) => props.page + 1,
    // What load answered, and nothing else.
    render: (page) => page.toFixed(),
  });
  const third = uiKey({
    ...base,
    load: async () => ["a"],
    // @ts-expect-error: load answered texts
    render: (texts) => texts.map((text) => text.toFixed()).join(),
  });
  return [first, second, third];
}

export function whatIsNotPlainDataIsRefused(
  host: UiHost,
  manifest: KeyManifest,
  auth: Authenticator,
  secret: Secret,
): void {
  const base = { host, manifest, auth, tenant: memberTenant(), fallback: null } as const;
  uiKey({
    ...base,
    // @ts-expect-error: a Secret does not go to a page
    load: async () => ({ secret }),
    render: () => null,
  });
  uiKey({
    ...base,
    // @ts-expect-error: nor does it with a context
    load: async ({ tenant }) => ({ id: tenant.id, secret }),
    render: () => null,
  });
  uiKey({
    ...base,
    // @ts-expect-error: nor does a function
    load:
      async ({ tenant }) =>
      () =>
        tenant.id,
    render: () => null,
  });
}
