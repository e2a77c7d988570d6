import type { Metadata } from "next";
import { Entrance } from "@/components/shell/entrance.tsx";
import { ResetPasswordForm } from "./reset-password-form.tsx";

export const metadata: Metadata = { title: "Set a new password" };

export default function ResetPasswordPage() {
  return (
    <Entrance title="Set a new password" lead="By a one-time link. It signs you out everywhere.">
      <ResetPasswordForm />
    </Entrance>
  );
}
