import type { Metadata } from "next";
import type { Me } from "@/api/answers.ts";
import { askAnyone } from "@/api/ask.ts";
import { Entrance } from "@/components/shell/entrance.tsx";
import { JoinForm } from "./join-form.tsx";
import { JoinSignedIn } from "./join-signed-in.tsx";

export const metadata: Metadata = { title: "Join" };

export default async function JoinPage() {
  const me = await askAnyone<Me>("/api/v1/me");
  if (me.ok) {
    return (
      <Entrance title="Join by invitation" lead="You are signed in. The invitation must be for your address.">
        <JoinSignedIn />
      </Entrance>
    );
  }
  return (
    <Entrance
      title="Join by invitation"
      lead="New here? Choose a password. If you have an account with the invited address, use its password."
    >
      <JoinForm />
    </Entrance>
  );
}
