import type { StandardSchemaV1 } from "@standard-schema/spec";
import { authenticate } from "../gates/authenticate.ts";
import { checkAuthorized, type AnyAuthorize } from "../gates/authorize.ts";
import { validatePart } from "../gates/validate-part.ts";
import { Problem } from "../problem.ts";
import { selectTenant } from "../tenant/select-tenant.ts";
import { TenantTransaction } from "../transaction/tenant-transaction.ts";
import { copyPlain } from "./plain-data.ts";
import type { UiContext, UiOptions } from "./ui.ts";

/** As the gates need them; `uiKey` has tied data and props to each other. */
export type AnyUi = UiOptions<unknown, StandardSchemaV1 | undefined>;

/** The gates of a route, as far as a page that is rendered has them, then the data. Null without a valid credential. */
export async function loadView(
  ui: AnyUi,
  name: string,
  rawProps: unknown,
  request: { readonly id: string; readonly headers: Headers; readonly signal: AbortSignal },
): Promise<{ readonly data: unknown } | null> {
  const { host } = ui;
  const now = readClock(host);
  // An address that leads nowhere: nothing may be read from it.
  const incoming = new Request("https://ui.invalid/", { headers: request.headers, signal: request.signal });
  const principal = await authenticate(ui.auth, incoming, {
    rawBody: async () => new Uint8Array(),
    now: () => new Date(now),
    signal: request.signal,
  }).catch(unlessAbsent);
  if (principal === null) return null;

  const props = ui.props === undefined ? undefined : await validatePart("props", ui.props, rawProps);
  const named = ui.select === undefined ? incoming.headers.get(ui.tenant.header) : ui.select(props);
  const tenant = selectTenant(principal, named);
  if (ui.authorize !== undefined) await checkAuthorized(ui.authorize as AnyAuthorize, { tenant, principal });

  const transaction = new TenantTransaction(host, tenant);
  try {
    const context: UiContext<unknown> = {
      tenant,
      principal,
      sql: transaction.sql,
      props,
      signal: request.signal,
      now,
      requestId: request.id,
    };
    return { data: copyPlain(await ui.load(context as UiContext<never>), name) };
  } finally {
    await transaction.rollback();
  }
}

function readClock(host: AnyUi["host"]): Date {
  const now = host.now();
  if (Number.isNaN(now.getTime())) throw new Problem("clock_unavailable");
  return now;
}

/** Whoever presents nothing valid is a visitor. Anything else is a failure. */
function unlessAbsent(error: unknown): null {
  if (error instanceof Problem && error.status === 401) return null;
  throw error;
}
