import { mkdir, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { findDetached, startDetached, stopProcess, untilReady, withLock, type DetachedProcess } from '@tke/envtest';
import { errorMessage } from '@tke/errors';
import { systemClock } from '@tke/time';

import { errors } from './errors.ts';
import { rememberForwarding, restoreForwarding } from './firewall.ts';
import { findProgram, toolEnvironment } from './tool.ts';

/** A Docker engine that answers. */
export interface Engine {
  /** As DOCKER_HOST names it. */
  readonly address: string;
  /** Whether it was started for tests: it ends with the last of them. */
  readonly isPrivate: boolean;
}

/** Debian's package of each program that a private engine takes. */
const packages: Readonly<Record<string, string>> = {
  dockerd: 'docker.io',
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
};

const defaultSocket = '/var/run/docker.sock';
/** Short, since the name of a socket has 107 characters at most. */
const runDir = '/run/tke-e2e-engine';
const privateAddress = `unix://${join(runDir, 'docker.sock')}`;
const forwarding = join(runDir, 'forwarding');
const engineName = 'engine';

/** What survives from run to run. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: cacheHome = '' } = process.env;
  return join(cacheHome === '' ? join(homedir(), '.cache') : cacheHome, 'tke');
}

/** Does `work` while no other test of this machine starts or stops the private engine, or tidies up in it. */
export function withEngineLock<T>(work: () => Promise<T>): Promise<T> {
  return withLock('tke-e2e-engine', work, { onWait: () => undefined });
}

/**
 * The engine that DOCKER_HOST names, else the one of this machine, else a private one that is started. Rejects with
 * EngineUnreachable, EngineMissing or EngineFailed. Call it, and `stopPrivateEngine`, within `withEngineLock`.
 */
export async function findOrStartEngine(env: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const { DOCKER_HOST: configured = '' } = env;
  if (configured !== '' && configured !== privateAddress) {
    if (configured.startsWith('unix://') && !(await answers(configured))) {
      throw errors.EngineUnreachable(`DOCKER_HOST is ${configured}, where no engine answers`);
    }
    return { address: configured, isPrivate: false };
  }
  if (await answers(`unix://${defaultSocket}`)) {
    return { address: `unix://${defaultSocket}`, isPrivate: false };
  }
  await startPrivateEngine();
  return { address: privateAddress, isPrivate: true };
}

/** Ends the private engine, and all containers in it. Its images stay for the next time. */
export async function stopPrivateEngine(): Promise<void> {
  const running = await findDetached(runDir, engineName, systemClock);
  if (running !== undefined) {
    await stopProcess(running, { graceMs: 60_000, clock: systemClock });
  }
  await restoreForwarding(forwarding);
  await rm(runDir, { recursive: true, force: true });
}

async function startPrivateEngine(): Promise<void> {
  const running = (await findDetached(runDir, engineName, systemClock)) ?? (await launch());
  const probe = () => answers(privateAddress);
  try {
    await untilReady(running, { probe, timeoutMs: 180_000, clock: systemClock });
  } catch (cause) {
    throw errors.EngineFailed(`the private Docker engine does not run: ${errorMessage(cause)}`, { cause });
  }
}

async function launch(): Promise<DetachedProcess> {
  const missing = Object.keys(packages).filter((program) => findProgram(program) === undefined);
  const obstacles = [
    ...(process.getuid?.() === 0 ? [] : ['only root can start one']),
    ...missing.map((program) => `${program} is missing (Debian: apt-get install ${packages[program] ?? program})`),
  ];
  if (obstacles.length > 0) {
    throw errors.EngineMissing(
      `no Docker engine answers at ${defaultSocket}, and none can be started: ${obstacles.join('; ')}`,
    );
  }
  return startDaemon();
}

async function startDaemon(): Promise<DetachedProcess> {
  const folder = join(cacheFolder(), 'engine');
  await mkdir(folder, { recursive: true });
  await mkdir(runDir, { recursive: true, mode: 0o700 });
  await rememberForwarding(forwarding);
  const settings = join(runDir, 'daemon.json'); // not those of an engine of this machine that does not run
  await writeFile(settings, '{}\n');
  return startDetached(
    {
      name: engineName,
      command: findProgram('dockerd') ?? 'dockerd',
      args: [
        `--config-file=${settings}`,
        `--data-root=${join(folder, 'data')}`,
        `--exec-root=${join(runDir, 'exec')}`,
        `--pidfile=${join(runDir, 'dockerd.pid')}`,
        `--host=${privateAddress}`,
        '--bridge=none', // each lab has a network of its own
        '--log-level=warn',
      ],
      cwd: folder,
      env: toolEnvironment,
      logFile: join(folder, 'log'),
      runDir,
    },
    systemClock,
  );
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socketPath = address.slice('unix://'.length);
    const request = get({ socketPath, path: '/_ping', timeout: 30_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
