import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import type { Sandbox, SandboxOptions } from "../src/index.ts";
import { startSandbox } from "../src/index.ts";

/** A sandbox that ends with its test. */
export async function running(t: TestContext, options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  t.after(() => sandbox.close());
  return sandbox;
}

/** A credential made for this run only. */
export function credential(prefix = "test-"): string {
  return prefix + randomBytes(16).toString("hex");
}

export function openai(sandbox: Sandbox, apiKey = credential()): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${sandbox.origin}/openai/v1`, maxRetries: 0 });
}

export function anthropic(sandbox: Sandbox, apiKey = credential()): Anthropic {
  return new Anthropic({ apiKey, authToken: null, baseURL: `${sandbox.origin}/anthropic`, maxRetries: 0 });
}

export function google(sandbox: Sandbox, apiKey = credential()): GoogleGenAI {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${sandbox.origin}/google` } });
}

/** A plain chat call without a library, for bytes as they are. */
export function rawChat(
  sandbox: Sandbox,
  text: string,
  fields: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${sandbox.origin}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${credential()}` },
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: text }], ...fields }),
    signal: signal ?? null,
  });
}
