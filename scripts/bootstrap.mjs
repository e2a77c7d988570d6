// Makes sure the installed dependencies are those of package-lock.json, then gets out of the way.
// Runs on whatever Node (>= 20) the machine has, before the project's own Node exists; hence plain JavaScript.
// When nothing is stale it reads one file and uses no network.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = 20;
const INSTALL_MINUTES = 10; // a cold cache on a slow line takes three; after ten, something is stuck
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const modules = path.join(root, "node_modules");
const stampFile = path.join(modules, ".meterr-stamp");
const lockFile = path.join(root, ".bootstrap.lock");

function say(line) {
  process.stderr.write(`meterr: ${line}\n`);
}

/** What an up-to-date installation is stamped with: the lockfile and the platform it was installed for. */
function expectedStamp() {
  const lock = readFileSync(path.join(root, "package-lock.json"));
  return createHash("sha256").update(lock).update(`\n${process.platform}-${process.arch}\n`).digest("hex");
}

function projectNode() {
  return ["node", "node.cmd"].map((name) => path.join(modules, ".bin", name)).find((file) => existsSync(file));
}

function isCurrent() {
  if (projectNode() === undefined || !existsSync(stampFile)) return false;
  return readFileSync(stampFile, "utf8").trim() === expectedStamp();
}

/** npm must not run on the very Node it is about to replace, so node_modules/.bin leaves the PATH. */
function installEnvironment() {
  const own = path.join(modules, ".bin");
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const kept = (process.env[name] ?? "").split(path.delimiter).filter((entry) => path.resolve(entry) !== own);
  return { ...process.env, [name]: kept.join(path.delimiter) };
}

function processIsAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM"; // it exists and belongs to somebody else
  }
}

function lockOwner() {
  try {
    return Number(readFileSync(lockFile, "utf8"));
  } catch {
    return undefined; // released in this moment
  }
}

/** The link is made in one step with the owner's process id inside, so no reader ever sees an empty lock. */
function tryLock() {
  const draft = `${lockFile}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Only one process at a time may judge a lock abandoned, or it could remove the lock of whoever came first. */
function removeAbandonedLock() {
  const judging = `${lockFile}.judging`;
  try {
    mkdirSync(judging);
  } catch {
    return;
  }
  try {
    const owner = lockOwner();
    if (owner !== undefined && !processIsAlive(owner)) rmSync(lockFile, { force: true });
  } finally {
    rmdirSync(judging);
  }
}

async function takeLock() {
  const deadline = Date.now() + INSTALL_MINUTES * 60_000;
  let told = false;
  while (!tryLock()) {
    if (Date.now() > deadline) {
      throw new Error(
        `another installation has held ${lockFile} for ${INSTALL_MINUTES} minutes; if none runs, delete it`,
      );
    }
    if (!told) say(`waiting for the installation already running (process ${lockOwner() ?? "unknown"})`);
    told = true;
    removeAbandonedLock();
    await sleep(250);
  }
}

function install() {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const windows = process.platform === "win32"; // npm is a .cmd file there and needs a shell; the arguments are constants
    const npm = spawn("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      env: installEnvironment(),
      stdio: ["ignore", 2, 2],
      shell: windows,
    });
    const progress = setInterval(
      () => say(`still installing (${Math.round((Date.now() - started) / 1000)} s)`),
      15_000,
    );
    const deadline = setTimeout(() => npm.kill("SIGTERM"), INSTALL_MINUTES * 60_000);
    const forward = (signal) => npm.kill(signal);
    process.on("SIGINT", forward);
    process.on("SIGTERM", forward);
    const finish = (settle) => {
      clearInterval(progress);
      clearTimeout(deadline);
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      settle();
    };
    npm.on("error", (error) =>
      finish(() => reject(new Error(`npm could not be started (${error.code}); is it installed?`))),
    );
    npm.on("exit", (code, signal) =>
      finish(() => {
        if (code === 0) return resolve(Math.round((Date.now() - started) / 1000));
        const how = signal === null ? `with code ${code}` : `by ${signal}`;
        return reject(new Error(`npm ci ended ${how}; its message stands above. Once mended, run the command again`));
      }),
    );
  });
}

async function bootstrap() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new Error(`Node ${OLDEST_NODE} or newer is needed to install; this is ${process.versions.node}`);
  }
  if (isCurrent()) return;
  await takeLock();
  try {
    if (isCurrent()) return; // somebody else just installed it
    say("installing dependencies and the project's own Node (about a minute, once)");
    const seconds = await install();
    if (projectNode() === undefined) {
      throw new Error(
        `no Node is published for ${process.platform}-${process.arch}; ARCHITECTURE.md lists the platforms`,
      );
    }
    writeFileSync(stampFile, `${expectedStamp()}\n`);
    say(`installed in ${seconds} s`);
  } finally {
    rmSync(lockFile, { force: true });
  }
}

try {
  await bootstrap();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
