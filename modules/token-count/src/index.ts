export { createTokenCount } from "./create-token-count.ts";
export type { TokenCountOptions } from "./create-token-count.ts";
export type { TextCounter } from "./ports.ts";
export { MOST_CHARACTERS } from "./validators/inputs.ts";
