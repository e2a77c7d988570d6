import { SECRET_INPUT } from "./secret-field.tsx";

/** The secret of a form, its input emptied at once. */
export function takeSecret(form: HTMLFormElement): string {
  const input = form.elements.namedItem(SECRET_INPUT);
  if (!(input instanceof HTMLInputElement)) return "";
  const secret = input.value.trim();
  input.value = "";
  return secret;
}
