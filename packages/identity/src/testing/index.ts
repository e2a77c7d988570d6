export { quickPasswords } from "./quick-passwords.ts";
