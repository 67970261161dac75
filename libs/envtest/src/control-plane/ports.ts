import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';

import type { Random } from '@tke/time';

import { errors } from '../errors.ts';
import type { Ports } from './options.ts';

// Below the ephemeral range of Linux (32768 to 60999): an outgoing connection never takes a port that we come back to.
const lowest = 20_000;
const highest = 32_000;

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A port of 127.0.0.1 that nobody listens on, and none of `taken`: those somebody will listen on. Until this process
 * ends no other one draws it, though it may take a while before anybody listens on it.
 */
export async function freePort(random: Random, taken: readonly number[] = []): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = lowest + Math.floor(random() * (highest - lowest));
    if (!taken.includes(port) && (await claim(port))) {
      return port;
    }
  }
  throw errors.PortInUse(`found no free port between ${lowest} and ${highest} on 127.0.0.1`);
}

/** Test processes run beside each other. The kernel takes a socket in its abstract namespace (unix(7)) back by itself. */
async function claim(port: number): Promise<boolean> {
  const claimed = await new Promise<Server | undefined>((resolve) => {
    const server = createServer().unref();
    server.once('error', () => resolve(undefined));
    server.listen(`\0tke-port-${port}`, () => resolve(server));
  });
  if (claimed === undefined) {
    return false;
  }
  const free = await isFree(port);
  if (!free) {
    claimed.close();
  }
  return free;
}

export interface ChosenPorts {
  readonly apiServer: number;
  readonly controllerManager: number;
}

/** Ports as given, else as remembered in `file`, else free ones. */
export async function choosePorts(given: Ports, file: string | undefined, random: Random): Promise<ChosenPorts> {
  const text = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  const remembered = text === undefined ? {} : (JSON.parse(text) as Ports);
  const known = { ...remembered, ...given };
  const taken = Object.values(known);
  const apiServer = known.apiServer ?? (await freePort(random, taken));
  const controllerManager = known.controllerManager ?? (await freePort(random, [...taken, apiServer]));
  const chosen: ChosenPorts = { apiServer, controllerManager };
  if (file !== undefined) {
    await writeFile(file, JSON.stringify(chosen));
  }
  return chosen;
}
