import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { findBridge } from "@/bridge/find-bridge.ts";
import type { Me } from "./answers.ts";
import { ORGANISATION_COOKIE } from "./cookies.ts";
import { readAnswer, UNREACHABLE, type Answer } from "./problem.ts";

/** Asks a route on behalf of the visitor whose page is being made. Without a session the visitor is sent to sign in. */
export async function ask<T>(path: string): Promise<Answer<T>> {
  const answer = await askAnyone<T>(path);
  if (!answer.ok && answer.problem.status === 401) redirect("/sign-in");
  return answer;
}

/** The same, for pages before there is a session. */
export async function askAnyone<T>(path: string): Promise<Answer<T>> {
  const cookie = (await headers()).get("cookie") ?? "";
  const tenantId = (await cookies()).get(ORGANISATION_COOKIE)?.value;
  try {
    const response = await findBridge().fetch(path, { cookie, ...(tenantId === undefined ? {} : { tenantId }) });
    return await readAnswer<T>(response);
  } catch {
    return { ok: false, problem: { ...UNREACHABLE, detail: "Nothing was changed. Try again shortly." } };
  }
}

/** Who visits, asked once a page. */
export const whoAmI = cache((): Promise<Answer<Me>> => ask<Me>("/api/v1/me"));
