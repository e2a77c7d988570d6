import type { createElement as createReactElement, ReactNode } from "react";
import type { UiFailure } from "./ui.ts";

type CreateElement = typeof createReactElement;

const REFUSED = new Set(["forbidden", "tenant_forbidden", "not_entitled"]);

/** What a visitor sees instead of the data: that it failed, and by which id to ask about it. Nothing of why. */
export function errorCard(createElement: CreateElement, { code, requestId }: UiFailure): ReactNode {
  return createElement(
    "section",
    { role: "alert" },
    createElement("p", null, sentenceOf(code)),
    createElement("p", null, `Reference: ${requestId}`),
  );
}

/** As text alone, where React cannot be had. */
export function errorText({ code, requestId }: UiFailure): string {
  return `${sentenceOf(code)} Reference: ${requestId}`;
}

function sentenceOf(code: string): string {
  return REFUSED.has(code) ? "You are not allowed to see this." : "This cannot be shown now.";
}
