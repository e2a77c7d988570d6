import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { askAnyone } from "@/api/ask.ts";
import { Entrance } from "@/components/shell/entrance.tsx";
import { SetupForm } from "./setup-form.tsx";

export const metadata: Metadata = { title: "Set up" };

export default async function SetupPage() {
  const setup = await askAnyone<{ open: boolean }>("/api/v1/setup");
  if (setup.ok && !setup.data.open) redirect("/sign-in");
  return (
    <Entrance title="Become the first owner" lead="An organisation, and you in it. Everything stays on this machine.">
      <SetupForm />
    </Entrance>
  );
}
