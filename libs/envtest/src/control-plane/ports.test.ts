import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { choosePorts, freePort, isFree } from './ports.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tke-ports-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('ports', () => {
  test('a port that somebody listens on is not free', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await isFree(port)).toBe(false);
    server.close();
    await once(server, 'close');
    expect(await isFree(port)).toBe(true);
  });

  test('a taken port is passed over', async () => {
    const first = await freePort(Math.random);
    const server = createServer().listen(first, '127.0.0.1');
    await once(server, 'listening');
    const draws = [(first - 20_000) / 12_000 + 1e-9, 0.5];
    expect(await freePort(() => draws.shift() ?? 0.7)).not.toBe(first);
    server.close();
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
