export type { Plain } from "./plain-data.ts";
export { uiKey } from "./ui-key.ts";
export type { UiContext, UiFailure, UiHost, UiKey, UiOptions } from "./ui.ts";
