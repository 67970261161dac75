import type { ServerResponse } from 'node:http';

import { expect, jest, test } from '@jest/globals';

import { coreKinds, type ConfigMap } from '@tke/meta';
import { FakeClock } from '@tke/time';

import type { Client } from '../client.ts';
import { clientOf } from '../testing/client.ts';
import { ScriptedServer } from '../testing/scripted-server.ts';

// Some 100 MB go through one process here: a second on a machine that is not busy.
jest.setTimeout(150_000);

const { configMap } = coreKinds;
const objects = 100_000;
const perChunk = 500;

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

/** Calls `onTurn` after every turn of the event loop while `work` goes on, and once more at its end. */
async function betweenTurns(onTurn: () => void, work: () => Promise<unknown>): Promise<void> {
  let running = true;
  const turn = () => {
    onTurn();
    if (running) {
      setImmediate(turn);
    }
  };
  setImmediate(turn);
  await work();
  onTurn();
  running = false;
}

/**
 * How much of the work the longest turn of the event loop did. Of the CPU time of this thread, because a busy machine takes time from
 * the process; and a share of it, because what a millisecond can do differs from machine to machine (`make bench` prints the delay).
 */
async function shareOfLongestTurn(work: () => Promise<unknown>): Promise<number> {
  const started = process.threadCpuUsage();
  let before = started;
  let longest = 0;
  const endTurn = () => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, user + system);
    before = process.threadCpuUsage();
  };
  await betweenTurns(endTurn, work);
  const { user, system } = process.threadCpuUsage(started);
  return longest / (user + system);
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
  `%s of ${objects} objects is read in many turns of the event loop: none does more than a tenth of the work`,
  async (_, read) => {
    await using server = await bigServer();
    await using client = await clientOf(server, { options: { requestTimeoutMs: 120_000 } });
    let count = 0;
    // Usually it is a fiftieth, also beside others; read in one piece, it is three quarters.
    const share = await shareOfLongestTurn(async () => (count = await read(client)));
    expect(count).toBe(objects);
    expect(share).toBeLessThan(0.1);
  },
);

/** A clock that shows how long its owner has worked. */
class WorkClock extends FakeClock {
  workedMs = 0;

  override monotonic(): number {
    return this.workedMs;
  }
}

test('a consumer of a watch that takes its time over each event holds the event loop less than 50 ms at a time', async () => {
  const small = '{"type":"ADDED","object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}}\n';
  await using server = await ScriptedServer.start((_, response) => response.end(small.repeat(2000)));
  const clock = new WorkClock();
  await using client = await clientOf(server, { options: { clock } });
  let longestMs = 0;
  let before = 0;
  const endTurn = () => {
    longestMs = Math.max(longestMs, clock.workedMs - before);
    before = clock.workedMs;
  };
  await betweenTurns(endTurn, async () => {
    for await (const event of client.watch(configMap)) {
      expect(event.type).toBe('ADDED');
      clock.workedMs += 0.3;
    }
  });
  expect(clock.workedMs).toBeCloseTo(600);
  expect(longestMs).toBeLessThan(50);
});
