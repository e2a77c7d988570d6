import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ReactNode } from "react";
import { systemClock } from "../clock/clock.ts";
import { reportTo } from "../events/report-to.ts";
import { Problem } from "../problem.ts";
import { RuntimeError } from "../runtime-error.ts";
import { assertServer } from "../server/assert-server.ts";
import { peerLibrary, peerMissing } from "../webhooks/peer-library.ts";
import { errorCard, errorText } from "./error-card.ts";
import { isFrameworkSignal } from "./framework-signal.ts";
import { loadView, type AnyUi } from "./load-view.ts";
import type { PlainOnly, ReactLibrary, UiFailure, UiKey, UiOptions } from "./ui.ts";

const TIMEOUT_MS = 10_000;

/**
 * A React Server Component whose data is loaded on the server, under the tenant and user of the visitor's own session,
 * behind the gates of a route: authentication → tenant → membership and role → validation of props. Without a valid
 * credential the fallback shows; any failure shows a card that says nothing of why and is reported to the host.
 * Throws RuntimeError `ui_invalid` or `manifest_disagrees` at construction.
 *
 * A component that `render` returns is run by React later: what that throws meets the application's error boundary.
 */
export function uiKey<Data, Schema extends StandardSchemaV1 | undefined = undefined>(
  options: UiOptions<Data, Schema> & PlainOnly<Data, Schema>,
): UiKey<Schema> {
  const ui = options as unknown as AnyUi;
  const name = checkUi(ui);
  const clock = ui.clock ?? systemClock();
  const react = peerLibrary(ui.react ?? loadReact);

  const load = async (rawProps: unknown, headers: Headers, id: string): Promise<{ data: unknown } | null> => {
    const loading = new AbortController();
    const loaded = new AbortController();
    const late = clock.wait(ui.timeoutMs ?? TIMEOUT_MS, loaded.signal).then(() => {
      throw new Problem("dependency_unavailable");
    });
    try {
      return await Promise.race([loadView(ui, name, rawProps, { id, headers, signal: loading.signal }), late]);
    } finally {
      late.catch(() => undefined);
      loaded.abort();
      loading.abort();
    }
  };

  const fail = async (error: unknown, requestId: string): Promise<ReactNode> => {
    if (isFrameworkSignal(error)) throw error;
    const code = error instanceof Problem ? error.code : "internal_error";
    if (!(error instanceof Problem) || error.status >= 500) report(ui, name, error, requestId);
    const failure: UiFailure = { code, requestId };
    try {
      if (ui.errorCard !== undefined) return ui.errorCard(failure);
      return errorCard((await react()).createElement, failure);
    } catch (broken) {
      report(ui, name, broken, requestId);
      return errorText(failure);
    }
  };

  const component = async (rawProps: object): Promise<ReactNode> => {
    let requestId: string | null = null;
    try {
      // First of all: by this a framework learns that the page belongs to one request and cannot be built beforehand.
      const headers = new Headers([...(await ui.host.headers())]);
      requestId = crypto.randomUUID();
      const view = await load(rawProps, headers, requestId);
      if (view === null) return typeof ui.fallback === "function" ? ui.fallback() : ui.fallback;
      return await ui.render(view.data);
    } catch (error) {
      if (isFrameworkSignal(error)) throw error;
      return fail(error, requestId ?? crypto.randomUUID());
    }
  };
  const { manifest, auth, tenant, authorize } = ui;
  const definition = Object.freeze({ manifest, name, auth, tenant, permission: authorize?.permission ?? null });
  return Object.freeze(Object.assign(component, { definition }));
}

function checkUi({ manifest, name: given, auth, tenant, timeoutMs }: AnyUi): string {
  const name = given ?? manifest.slug;
  assertServer(name, "ui_invalid");
  const refuse = (code: "ui_invalid" | "manifest_disagrees", why: string): never => {
    throw new RuntimeError(code, `${name}: ${why}.`);
  };
  if (!manifest.key_type.includes("ui")) refuse("manifest_disagrees", 'key_type in key.json must include "ui"');
  if (manifest.tenant_scope === "global")
    refuse("manifest_disagrees", "a page shows one tenant's data, not everybody's");
  if ((tenant.kind as string) !== "member") refuse("ui_invalid", "the tenant is one of the visitor's own");
  const kinds = auth.kinds ?? [auth.kind];
  if (kinds.some((kind) => kind !== "session" && kind !== "jwt"))
    refuse("ui_invalid", "a visitor has a session or a JWT");
  if (timeoutMs !== undefined && !(Number.isSafeInteger(timeoutMs) && timeoutMs > 0)) {
    refuse("ui_invalid", "timeoutMs must be a whole number above 0");
  }
  return name;
}

function report({ host }: AnyUi, name: string, error: unknown, requestId: string): void {
  const cause = error instanceof Problem ? (error.cause ?? error) : error;
  reportTo(host, { error: cause, requestId, route: `UI ${name}` });
}

async function loadReact(): Promise<ReactLibrary> {
  // Inside a try, bundlers take the import for optional.
  try {
    return await import("react");
  } catch (cause) {
    throw peerMissing("uiKey", "react", cause);
  }
}
