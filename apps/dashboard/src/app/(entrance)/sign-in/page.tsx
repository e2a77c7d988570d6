import type { Metadata } from "next";
import { redirect } from "next/navigation";
import type { Me } from "@/api/answers.ts";
import { askAnyone } from "@/api/ask.ts";
import { Entrance } from "@/components/shell/entrance.tsx";
import { SignInForm } from "./sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage() {
  if ((await askAnyone<Me>("/api/v1/me")).ok) redirect("/");
  const setup = await askAnyone<{ open: boolean }>("/api/v1/setup");
  if (setup.ok && setup.data.open) {
    return (
      <Entrance title="This Meterr has no owner yet" lead="Its first owner comes in by a one-time address.">
        <p>
          Open the address that <code className="font-mono">npm start</code> printed last, ending in{" "}
          <code className="font-mono">/setup#token=…</code>. It works once, until the next start.
        </p>
      </Entrance>
    );
  }
  return (
    <Entrance title="Sign in" lead="With your e-mail address and password.">
      <SignInForm />
    </Entrance>
  );
}
