import type { ServerResponse } from 'node:http';

import { expect, test } from '@jest/globals';

import { coreKinds, type ConfigMap } from '@tke/meta';

import type { Client } from '../client.ts';
import { clientOf } from '../testing/client.ts';
import { ScriptedServer } from '../testing/scripted-server.ts';

const { configMap } = coreKinds;
const objects = 100_000;
const perChunk = 500;
const limitMs = 50;

/** About 1 kB, as a Rule. */
const object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'rule', namespace: 'a', uid: 'u'.repeat(36), resourceVersion: '1', labels: { a: 'b' } },
  data: Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`v${index}`, 'text of some length "é"'])),
};

async function send(response: ServerResponse, chunk: Buffer, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    if (!response.write(chunk)) {
      await new Promise((resolve) => response.once('drain', resolve));
    }
  }
}

/** Streams a watch, or a list that ignores `limit` as lists from the server's cache do. */
async function bigServer(): Promise<ScriptedServer> {
  const text = JSON.stringify(object);
  const lines = Buffer.from(`{"type":"ADDED","object":${text}}\n`.repeat(perChunk));
  const items = Buffer.from(`${text},`.repeat(perChunk));
  return ScriptedServer.start(async ({ url }, response) => {
    const isWatch = url.includes('watch=true');
    response.write(isWatch ? '' : '{"kind":"ConfigMapList","items":[');
    await send(response, isWatch ? lines : items, objects / perChunk - 1);
    response.end(isWatch ? lines : `${items.toString().slice(0, -1)}],"metadata":{"resourceVersion":"7"}}`);
  });
}

/**
 * The longest turn of the event loop, in CPU time of this thread. monitorEventLoopDelay would count what other processes
 * take from a busy machine as well (`make bench` prints it).
 */
async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = process.threadCpuUsage();
  let running = true;
  const endTurn = () => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.threadCpuUsage();
  };
  const turn = () => {
    endTurn();
    if (running) {
      setImmediate(turn);
    }
  };
  setImmediate(turn);
  await work();
  endTurn();
  running = false;
  return longest;
}

test.each<[string, (client: Client) => Promise<number>]>([
  [
    'a watch',
    async (client) => {
      const kept: ConfigMap[] = [];
      for await (const event of client.watch(configMap)) {
        if (event.type === 'ADDED') {
          kept.push(event.object);
        }
      }
      return kept.length;
    },
  ],
  ['a list in one page', async (client) => (await client.list(configMap, { limit: 0 })).items.length],
])(
  `%s of ${objects} objects holds the event loop less than ${limitMs} ms at a time`,
  async (_, read) => {
    await using server = await bigServer();
    await using client = await clientOf(server);
    let count = 0;
    const longest = await longestTurnMs(async () => (count = await read(client)));
    expect(count).toBe(objects);
    expect(longest).toBeLessThan(limitMs);
  },
  30_000,
);

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    // Busy, as a consumer that computes.
  }
}

test('nor does it when the consumer of a watch takes its time over each event', async () => {
  const small = '{"type":"ADDED","object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}}\n';
  await using server = await ScriptedServer.start((_, response) => response.end(small.repeat(2000)));
  await using client = await clientOf(server);
  const longest = await longestTurnMs(async () => {
    for await (const event of client.watch(configMap)) {
      expect(event.type).toBe('ADDED');
      spin(0.3);
    }
  });
  expect(longest).toBeLessThan(limitMs);
});
