import type { Extension } from "./extension.ts";
import { mountKeys } from "./keys/mount-keys.ts";

export const extensions: readonly Extension[] = [mountKeys];
