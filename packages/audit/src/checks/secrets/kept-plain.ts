import type { ProjectFile } from "../../project.ts";

/** What machines come in with for good: deploy tokens, API keys. Not what is sent once to be followed or typed in. */
const OPENS_FOR_GOOD =
  /^(?:\w+_)?(?:(?:api|access|auth|deploy(?:ment)?|personal(?:_access)?|service(?:_account)?|bearer|bot|ci|agent|runner|worker|machine|server|project|org(?:ani[sz]ation)?|workspace|team|account|user|app(?:lication)?|integration|ingest(?:ion)?|registry|publish|install(?:ation)?|scim|sdk|environment|refresh|session|device|gateway|client|secret)_(?:tokens?|keys?|secrets?|credentials?)|apikeys?)$/;
/** The credential itself, `token,` or `key: rawKey`: a value by its name; not `token: hash(token)`. */
const GIVEN = /[{,]\s*(token|key|secret|value|api_?[kK]ey|access_?[tT]oken)\s*(?::\s*(\w+)\s*)?(?=[,}])/g;
/** `.deployToken.create({ data: {`, `insert(apiKeys).values({`, `db("api_keys").insert({`, `AccessToken.create({`. */
const WRITES =
  /(?:\.|\b)(\w{3,60})\.(?:create|insert|upsert|insertOne)\(\s*\{|\binsert(?:Into)?\(\s*["'`]?(\w{3,60})["'`]?\s*\)\s*\.values\(\s*\{|\(\s*["'`](\w{3,60})["'`]\s*\)\s*\.insert(?:One)?\(\s*\{/g;
/** Made of chance, and kept as it was made. */
const MADE_UP = /random|nanoid|uuid|ulid|cuid|createId|generate|crypto\./i;
const CONCEALED = /hash|digest|hmac|sha\d|encrypt|seal|bcrypt|argon|scrypt|pbkdf/i;

const known = new WeakMap<ProjectFile, ReadonlyMap<string, string>>();

/**
 * The column under which the file itself writes down a credential as it was made, of rows that let machines in: a whole
 * row of these that is answered gives it away. Null where it is hashed before, and where nothing is seen to be written.
 */
export function keptPlain(table: string, file: ProjectFile): string | null {
  let found = known.get(file);
  if (found === undefined) known.set(file, (found = writtenPlain(file.text)));
  return found.get(nounOf(table)) ?? null;
}

function writtenPlain(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!MADE_UP.test(text)) return found;
  for (const { index, 0: all, 1: one, 2: two, 3: three } of text.matchAll(WRITES)) {
    const table = one ?? two ?? three ?? "";
    if (!OPENS_FOR_GOOD.test(apart(table))) continue;
    const written =
      text.slice(index + all.length - 1, index + all.length + 600).split(/\}\s*,?\s*\)|\n\s*select\s*:/)[0] ?? "";
    for (const [, column = "", value] of `${written}}`.matchAll(GIVEN))
      if (isMadeUp(value ?? column, text)) found.set(nounOf(table), column);
  }
  return found;
}

/** `` const token = `dpt_${randomBytes(24).toString("hex")}` `` */
function isMadeUp(name: string, text: string): boolean {
  for (const [, declared, value = ""] of text.matchAll(DECLARED))
    if (declared === name) return MADE_UP.test(value) && !CONCEALED.test(value);
  return false;
}
const DECLARED = /\b(?:const|let)\s+(\w+)\s*=\s*([^;\n]{1,200})/g;

function apart(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();
}

function nounOf(name: string): string {
  return apart(name).replaceAll("_", "").replace(/s$/, "");
}
