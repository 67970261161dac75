import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, jest, test } from '@jest/globals';

import { coreKinds } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { clientOf, temporaryFolder } from '../testing/client.ts';
import { json, refuse, ScriptedServer } from '../testing/scripted-server.ts';
import { until } from '../testing/until.ts';

jest.setTimeout(30_000);

const { configMap } = coreKinds;
const key = { namespace: 'a', name: 'b' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key };

/** A plugin in sh: counts its runs, keeps what it was told, gives `token-<run>`. */
async function plugin(folder: string, body: string): Promise<string> {
  const path = join(folder, 'plugin.sh');
  await writeFile(
    path,
    `#!/bin/sh\ncd ${folder}\nprintf x >> runs\nrun=$(wc -c < runs)\nprintf %s "$KUBERNETES_EXEC_INFO" > told\n${body}\n`,
  );
  await chmod(path, 0o755);
  return path;
}

const gives = (status: string) => `printf '{"status":${status}}' $run`;

async function scene(
  body: string,
  { accepts = () => true, exec = {} }: { accepts?: (token: string) => boolean; exec?: object } = {},
) {
  const folder = await temporaryFolder();
  const held = new Map<number, () => boolean>();
  const server = await ScriptedServer.start(async ({ headers }, response, count) => {
    await until(held.get(count) ?? (() => true));
    if (accepts(headers.authorization ?? '')) {
      json(response, object);
    } else {
      refuse(response, 401, 'Unauthorized');
    }
  });
  const clock = new FakeClock();
  const command = await plugin(folder.path, body);
  const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command, ...exec } };
  const client = await clientOf(server, { user, options: { clock } });
  return {
    clock,
    client,
    server,
    folder: folder.path,
    /** Answers the request of this number only once something is so. */
    hold: (count: number, condition: () => boolean) => held.set(count, condition),
    runs: async () => (await readFile(join(folder.path, 'runs'), 'utf8')).length,
    tokens: () => server.requests.map(({ headers }) => headers.authorization),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('a credential plugin', () => {
  test('runs once for many requests, and is told what it is asked for', async () => {
    await using it = await scene(gives('{"token":"t%s"}'), { exec: { provideClusterInfo: true } });
    await Promise.all([it.client.get(configMap, key), it.client.get(configMap, key)]);
    await it.client.get(configMap, key);
    expect(it.tokens()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t1']);
    expect(await it.runs()).toBe(1);
    expect(JSON.parse(await readFile(join(it.folder, 'told'), 'utf8'))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: it.server.url } },
    });
  });

  test('runs again when what it gave has expired', async () => {
    await using it = await scene(gives('{"token":"t%s","expirationTimestamp":"2026-01-01T00:01:00Z"}'));
    await it.client.get(configMap, key);
    await it.clock.advance(59_000);
    await it.client.get(configMap, key);
    await it.clock.advance(1_000);
    await it.client.get(configMap, key);
    expect(it.tokens()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2']);
  });

  test('runs again, once for all, when the server refuses what it gave', async () => {
    await using it = await scene(gives('{"token":"t%s"}'), { accepts: (token) => token === 'Bearer t2' });
    // The second refusal comes when the first has led to a new token already.
    it.hold(1, () => it.tokens().includes('Bearer t2'));
    await Promise.all([1, 2].map(() => it.client.get(configMap, key)));
    expect(await it.runs()).toBe(2);
    expect(it.tokens()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2', 'Bearer t2']);
  });

  test.each([
    ['fails', 'echo "login first" >&2; echo secret; exit 3', 'failed (exit code 3): login first'],
    ['gives no JSON', 'echo secret', 'gave no ExecCredential'],
    ['gives no credential', gives('{}'), 'gave no ExecCredential'],
  ])('that %s is named, its output is not', async (_, body, message) => {
    await using it = await scene(body, { exec: { args: ['--password=secret'] } });
    const error: unknown = await it.client.get(configMap, key).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CredentialFailed' });
    const { message: text, cause } = error as Error;
    expect(text).toContain(message);
    expect(text + String(cause)).not.toContain('secret');
  });

  test('that is not installed says how to install it', async () => {
    await using it = await scene('', { exec: { command: 'no-such-plugin', installHint: 'Install it.' } });
    await expect(it.client.get(configMap, key)).rejects.toMatchObject({
      code: 'CredentialFailed',
      message: 'credential plugin no-such-plugin not found',
      remedy: 'Install it.',
    });
  });
});
