import { createHash } from "node:crypto";
import { z } from "zod";
import { loadKek } from "../../home/kek.ts";
import { readPrivateFile } from "../../home/read-private-file.ts";
import { writePrivateFile } from "../../home/write-private-file.ts";
import { ok, problem, warning, type Finding } from "../finding.ts";
import type { Patient } from "../patient.ts";

/** What an operator said about backups. Nothing here can prove a backup; it makes somebody answer for it. */
const acknowledgement = z.object({ at: z.iso.datetime(), kek: z.string() });

/** Days after which it is asked again. */
const validFor = 180;

/** Writes down that backups of KEK, keystore, signed heads and database are arranged. */
export async function acknowledgeBackups(patient: Patient, now: Date): Promise<void> {
  const { paths } = patient;
  await writePrivateFile(paths.backups, `${JSON.stringify({ at: now.toISOString(), kek: await kekMark(patient) })}\n`);
}

/** KEK, keystore and database are said to be backed up, and the KEK lies apart from the rest. */
export async function checkBackups(patient: Patient, now: Date): Promise<Finding[]> {
  const { settings, paths } = patient;
  const command = "npx meterr doctor --production --backups-arranged";
  const what =
    settings.database === undefined
      ? `the KEK, ${paths.keystore}, ${paths.auditHeads} and the embedded database`
      : `the KEK, ${paths.keystore}, ${paths.auditHeads} and the database`;
  const said = await readAcknowledgement(paths.backups);
  const days = said === undefined ? 0 : Math.floor((now.getTime() - Date.parse(said.at)) / 86_400_000);
  const findings: Finding[] = [];
  if (said === undefined || said.kek !== (await kekMark(patient)))
    findings.push(
      problem(
        "backups",
        said === undefined
          ? "nobody has said that backups are arranged"
          : "the KEK changed since backups were arranged",
        `Back up ${what}, each as docs/deployment.md says; then run: ${command}`,
      ),
    );
  else if (days > validFor)
    findings.push(
      warning("backups", `backups were last spoken of ${days} days ago`, `Try restoring one; then run: ${command}`),
    );
  else findings.push(ok("backups", `said to be arranged, ${days} days ago`));

  const apart =
    settings.kek !== undefined || (settings.kekFile !== undefined && !settings.kekFile.startsWith(`${paths.home}/`));
  findings.push(
    apart
      ? ok("kek apart", "the KEK comes from outside the data folder")
      : warning(
          "kek apart",
          "the KEK lies in the data folder: one copy of that folder holds all it takes to open every secret",
          "Move it to a place of its own and set METERR_KEK_FILE.",
        ),
  );
  return findings;
}

/** Tells one KEK from another without saying anything of it: it is 256 random bits. */
async function kekMark({ settings, paths }: Patient): Promise<string> {
  const { value } = await loadKek({ settings, paths, mayMake: false, randomBytes: neverMade });
  return createHash("sha256").update(`meterr backup acknowledgement ${value}`).digest("hex").slice(0, 16);
}

async function readAcknowledgement(path: string): Promise<z.output<typeof acknowledgement> | undefined> {
  try {
    const text = await readPrivateFile(path);
    return text === undefined ? undefined : acknowledgement.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function neverMade(): never {
  throw new Error("a check makes no KEK");
}
