import type { EventEmitter } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSettings } from "@meterr/database";
import { assertNotTaken } from "../database/assert-not-taken.ts";
import { DatabaseKeeper } from "../database/database-keeper.ts";
import { asOwner, prepareDatabase, settingsOf } from "../database/prepare-database.ts";
import type { CliError } from "../errors.ts";
import { loadAuthSecret } from "../home/auth-secret.ts";
import { takeHomeLock } from "../home/lock.ts";
import { readMarker, writeMarker } from "../home/marker.ts";
import { homePaths, type HomePaths } from "../home/paths.ts";
import { prepareHome } from "../home/prepare-home.ts";
import { loadRolePasswords } from "../home/role-passwords.ts";
import { decideSeparation, type Separation } from "../separation/decide-separation.ts";
import { handOverTls, type TlsFiles } from "../separation/hand-over-tls.ts";
import { prepareProcessFolders } from "../separation/prepare-process-folders.ts";
import { resolveHome, type HomeSurroundings } from "../settings/resolve-home.ts";
import { readServerSettings, type ServerSettings } from "../settings/server-settings.ts";
import { ChildProcesses, endLeftOvers } from "../supervisor/child-processes.ts";
import type { ChildEvent } from "../supervisor/child-keeper.ts";
import { restartRules, type RestartRules } from "../supervisor/restart-rules.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { colours } from "../terminal/colours.ts";
import { steps, type Steps } from "../terminal/steps.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { buildDashboard, dashboardBuild } from "./build-dashboard.ts";
import { checkPorts } from "./check-ports.ts";
import type { Assembly } from "./child-settings.ts";
import { childPlans, type Installation } from "./child-plans.ts";
import { openInstance, type OpenedInstance, type Randomness } from "./open-instance.ts";
import { readyScreen } from "./ready-screen.ts";
import { aborted, StopRequests } from "./stop-requests.ts";

/** Milliseconds the processes of a killed supervisor get to end: their own drain, and a little. */
const leftOverPatience = 12_000;

export interface UpContext {
  terminal: Terminal;
  surroundings: HomeSurroundings;
  installation: Installation;
  random: Randomness;
  /** Where SIGINT, SIGTERM and SIGHUP come from. */
  signals: EventEmitter;
  restart?: RestartRules;
}

/**
 * `meterr up`: starts one machine, keeps it running, and ends it in order when asked to.
 * Whatever was started is ended again, in the reverse order, on every way out.
 * @throws CliError with what could not be started or kept alive.
 */
export async function up(context: UpContext): Promise<void> {
  const settings = readServerSettings(context.surroundings.env);
  const paths = homePaths(resolveHome(context.surroundings));
  const separation = decideSeparation({
    ...context.surroundings,
    uidBase: settings.uidBase,
    root: context.installation.root,
    node: context.installation.node,
    home: paths.home,
  });
  const show = steps(context.terminal);
  const stop = new StopRequests(context.signals);
  const started = new AsyncDisposableStack();
  started.defer(() => stop.forget());
  let failure: CliError | undefined;
  try {
    context.terminal.stdout.write(
      `\n  ${colours(context.terminal.stdout, context.terminal.env)("bold", "Meterr")}\n\n`,
    );
    failure = await serve({ context, settings, paths, separation, show, stop, started });
  } catch (error) {
    if (!stop.drain.aborted) throw error;
  } finally {
    await started.disposeAsync();
  }
  if (failure !== undefined) throw failure;
  context.terminal.stdout.write("  Stopped.\n");
}

interface Serving {
  context: UpContext;
  settings: ServerSettings;
  paths: HomePaths;
  separation: Separation;
  show: Steps;
  stop: StopRequests;
  started: AsyncDisposableStack;
}

/** Resolves when asked to stop (undefined) or with the reason why it cannot go on. */
async function serve(serving: Serving): Promise<CliError | undefined> {
  const { context, settings, paths, separation, show, stop, started } = serving;
  if (separation.kind === "shared" && separation.mend !== null) {
    show.note(`Warning: the processes are not separated: ${separation.why}. ${separation.mend}`);
  }
  const leftOver = await show.run(
    "Data folder",
    () => openHome(serving),
    () => paths.home,
  );
  const ports = [settings.dashboardPort, settings.gatewayPort, settings.sandboxPort];
  await show.run(
    "Ports",
    () => checkPorts(settings, { patience: leftOver ? 2_000 : 0, separated: separation.kind === "distinct" }),
    () => ports.join(", "),
  );
  stop.drain.throwIfAborted();
  const database = await openDatabase(serving);
  stop.drain.throwIfAborted();
  const { assembly, instance } = await prepare(serving, database);
  stop.drain.throwIfAborted();
  await build(serving);
  stop.drain.throwIfAborted();

  const processes = new ChildProcesses(paths.childProcesses);
  const plans = childPlans(assembly, context.installation);
  const supervisor = new Supervisor({
    plans,
    restart: context.restart ?? restartRules,
    report: (event) => {
      if (event.type === "launched") void processes.note(event.name, event.pid);
      else show.note(spoken(event));
    },
  });
  started.defer(() => supervisor.stop((name) => show.note(`Stopping the ${name}`)));
  void aborted(stop.force).then(() => supervisor.kill());
  const healthy = show.run(
    "Processes",
    () => supervisor.start(),
    () => plans.map(({ name }) => name).join(", "),
  );
  await Promise.race([healthy, aborted(stop.drain)]);
  healthy.catch(() => undefined);
  stop.drain.throwIfAborted();

  const { stdout, env } = context.terminal;
  const running = plans.map(({ name }) => name);
  stdout.write(
    readyScreen(
      { settings, paths, separation, kek: instance.kek, setupToken: instance.setupToken, running },
      colours(stdout, env),
    ),
  );
  const ends: Promise<CliError | undefined>[] = [aborted(stop.drain).then(() => undefined), supervisor.failed];
  if (database.keeper !== undefined) ends.push(database.keeper.failed);
  return Promise.race(ends);
}

/** Returns true when a killed supervisor had left something behind. */
async function openHome({ context, paths, separation, started }: Serving): Promise<boolean> {
  await prepareHome(paths, { uid: context.surroundings.uid });
  const lock = await takeHomeLock(paths.lock, paths.home);
  started.defer(() => lock.release());
  if ((await readMarker(paths.marker)) === undefined) await writeMarker(paths.marker, null);
  if (lock.tookOver) await endLeftOvers(paths.childProcesses, leftOverPatience);
  await rm(paths.childProcesses, { force: true });
  await rm(paths.keyServiceSocket, { force: true });
  await prepareProcessFolders(paths, separation, context.surroundings.uid);
  return lock.tookOver;
}

interface OpenedDatabase {
  admin: DatabaseSettings;
  /** Undefined for a server of the operator's own. */
  keeper: DatabaseKeeper | undefined;
}

async function openDatabase({ context, settings, paths, show, stop, started }: Serving): Promise<OpenedDatabase> {
  if (settings.database !== undefined) return { admin: settings.database, keeper: undefined };
  const restart = context.restart ?? restartRules;
  const place = { dataDir: paths.database, uid: context.surroundings.uid, uidBase: settings.uidBase };
  const keeper = await show.run(
    "PostgreSQL",
    () => DatabaseKeeper.start({ place, restart, note: (text) => show.note(text) }),
    ({ description }) => description,
  );
  started.defer(() => keeper.stop(stop.force.aborted ? "immediate" : "fast"));
  return { admin: keeper.admin, keeper };
}

async function prepare(
  { context, settings, paths, separation, show, started }: Serving,
  { admin }: OpenedDatabase,
): Promise<{ assembly: Assembly; instance: OpenedInstance }> {
  const { random } = context;
  const keystoreAccount = separation.accounts?.gateway;
  const passwords = await loadRolePasswords(paths.databaseRoles, random.randomBytes);
  await show.run(
    "Database",
    async () => {
      if (settings.database !== undefined) await assertNotTaken(admin, passwords, await readMarker(paths.marker));
      return prepareDatabase(admin, passwords);
    },
    (run) => (run.length === 0 ? "up to date" : `${run.length} migrations applied`),
  );
  const instance = await show.run(
    "KEK and keystore",
    () => asOwner(admin, passwords, (owner) => openInstance(owner, { settings, paths, random, keystoreAccount })),
    ({ kek }) => (kek.made ? "made" : kek.source),
  );
  const authSecret = await loadAuthSecret(paths.authSecret, random.randomBytes);
  const assembly: Assembly = {
    settings,
    paths,
    instanceId: instance.id,
    kek: instance.kek.value,
    authSecret,
    databaseAs: (role) => settingsOf(admin, passwords, role),
    separation,
    tls: await tlsFor({ settings, paths, separation, started }),
  };
  return { assembly, instance };
}

/** Each process's own copy of the certificate where it could not read the operator's. */
async function tlsFor({
  settings,
  paths,
  separation,
  started,
}: Pick<Serving, "settings" | "paths" | "separation" | "started">): Promise<Assembly["tls"]> {
  const { tls } = settings;
  const { accounts } = separation;
  if (tls === null) return null;
  if (accounts === null) return { gateway: tls, dashboard: tls };
  const copyFor = (name: "gateway" | "dashboard"): Promise<TlsFiles> => {
    const folder = join(paths.run, `tls-${name}`);
    started.defer(() => rm(folder, { recursive: true, force: true }));
    return handOverTls(tls, folder, accounts[name]);
  };
  return { gateway: await copyFor("gateway"), dashboard: await copyFor("dashboard") };
}

async function build({ context, paths, show, stop }: Serving): Promise<void> {
  const { needed, fingerprint } = await dashboardBuild(context.installation.root);
  if (!needed) return;
  show.note("The dashboard is built now, once for this version (about 30 s).");
  await show.run("Dashboard build", () =>
    buildDashboard(context.installation, fingerprint, join(paths.logs, "dashboard-build.log"), stop.drain),
  );
}

function spoken(event: Exclude<ChildEvent, { type: "launched" }>): string {
  if (event.type === "recovered") return `The ${event.name} runs again.`;
  return `The ${event.name} ${event.why}; starting it again in ${event.delay / 1_000} s.`;
}
