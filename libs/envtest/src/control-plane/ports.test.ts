import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { choosePorts, freePort, isFree } from './ports.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-ports-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function listenOn(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A port of those that are drawn, which nobody has drawn. */
async function occupied(): Promise<{ readonly server: Server; readonly draw: number; readonly port: number }> {
  for (;;) {
    const draw = Math.random();
    const port = 20_000 + Math.floor(draw * 12_000);
    const server = await listenOn(port).catch(() => undefined);
    if (server !== undefined) {
      return { server, draw, port };
    }
  }
}

describe('ports', () => {
  test('a port that somebody listens on is not free', async () => {
    const port = await freePort(Math.random);
    const server = await listenOn(port);
    expect(await isFree(port)).toBe(false);
    server.close();
    await once(server, 'close');
    expect(await isFree(port)).toBe(true);
  });

  test('a taken port is passed over', async () => {
    const { server, draw, port } = await occupied();
    const draws = [draw];
    expect(await freePort(() => draws.shift() ?? Math.random())).not.toBe(port);
    server.close();
  });

  test('a port that was drawn is not drawn again, though nobody listens on it yet', async () => {
    const drawn: number[] = [];
    const random = () => drawn[drawn.push(Math.random()) - 1]!;
    const first = await freePort(random);
    const again = [drawn.at(-1)!];
    expect(await freePort(() => again.shift() ?? Math.random())).not.toBe(first);
    expect(again).toEqual([]);
  });

  test('ports that are chosen together differ, though nobody listens on them yet', async () => {
    const draws = [0.25, 0.25, 0.25];
    const { apiServer, controllerManager } = await choosePorts({}, undefined, () => draws.shift() ?? Math.random());
    expect(apiServer).not.toBe(controllerManager);
  });

  test('given ports win over remembered ones, and what is chosen is remembered', async () => {
    const file = join(folder, 'ports.json');
    const chosen = await choosePorts({ apiServer: 6443 }, file, Math.random);
    expect(chosen.apiServer).toBe(6443);
    expect(await choosePorts({}, file, Math.random)).toEqual(chosen);
    expect(await choosePorts({ apiServer: 7443 }, file, Math.random)).toEqual({ ...chosen, apiServer: 7443 });
  });
});
