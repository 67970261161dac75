import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { rule, type Rule } from '@tke/api-auth';
import { startLoad, waitFor } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { createLogger } from '@tke/log';
import { systemClock as clock } from '@tke/time';

import { HubUnderTest, knownReviews, patience, repository } from './hub-under-test.ts';

const minutes = 60_000;
// The long run, half an hour at 2,000 reviews per second: `make soak`.
const seconds = Number(process.env.TKE_SOAK_SECONDS ?? 20);
const perSecond = Number(process.env.TKE_SOAK_RATE ?? 300);
const changesPerSecond = Number(process.env.TKE_SOAK_CHANGES ?? 50);
const sampleMs = 500;

let hub: HubUnderTest;

beforeAll(async () => {
  hub = await HubUnderTest.create();
  await hub.up();
  await hub.must(['apply', '-k', join(repository, 'config/samples')]);
  await waitFor(async () => (await hub.can('alice', 'list', 'pods')).startsWith('yes'), {
    description: 'the samples count',
    timeoutMs: patience,
  });
}, 15 * minutes);

afterAll(() => hub.remove(), 5 * minutes);

/** Creates, changes and deletes Rules, of which none is about those who are asked about, until the signal aborts. */
async function churn(client: Client, signal: AbortSignal): Promise<number> {
  let changes = 0;
  const change = async (index: number) => {
    const name = `rul-soak-${index % 500}`;
    const spec = {
      ptype: 'p',
      v0: `pol-soak-${index % 7}`,
      v1: '*',
      v2: `namespace:n${index}/*`,
      v3: '*',
      v4: 'allow',
    };
    const object = { apiVersion: 'auth.tkestack.io/v1', kind: 'Rule', metadata: { name }, spec } as Rule;
    await (index % 3 === 2
      ? client.delete(rule, { name }).catch(() => undefined)
      : client.patch(rule, { name }, { type: 'apply', body: object }, { fieldManager: 'soak', force: true }));
    changes += 1;
  };
  const startedAt = performance.now();
  for (let index = 0; !signal.aborted; index += 1) {
    await clock.sleep(startedAt + (1000 * index) / changesPerSecond - performance.now(), signal).catch(() => undefined);
    await change(index);
  }
  return changes;
}

/** Bytes, by what the webhook says of itself. */
async function memoryOfWebhook(): Promise<{ resident: number; heap: number }> {
  const { ports } = await hub.settings();
  const text = await (await fetch(`http://127.0.0.1:${ports.authzMetrics}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return { resident: value('process_resident_memory_bytes'), heap: value('nodejs_heap_size_used_bytes') };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

test(
  `${seconds} s at ${perSecond} reviews and ${changesPerSecond} changed Rules per second: all answers right, memory flat`,
  async () => {
    const client = await connect({
      kubeconfig: join(hub.folder, 'kubeconfig'),
      userAgent: 'soak',
      logger: createLogger(),
    });
    const stop = new AbortController();
    const changing = churn(client, stop.signal);
    const load = startLoad({ ...(await hub.webhookTarget()), requests: knownReviews('/auth/authz'), perSecond });
    const samples: { resident: number; heap: number }[] = [];
    for (const until = performance.now() + seconds * 1000; performance.now() < until;) {
      await clock.sleep(sampleMs);
      samples.push(await memoryOfWebhook());
    }
    const report = await load.stop();
    stop.abort();
    const changes = await changing;
    await client.close();

    const quarter = Math.floor(samples.length / 4);
    const resident = (from: number, to: number) => median(samples.slice(from, to).map((sample) => sample.resident));
    const early = resident(quarter, 2 * quarter);
    const late = resident(-quarter, samples.length);
    const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
    process.stderr.write(
      `soak: ${report.answered} answers (${Math.round(report.perSecond)}/s), ${changes} changes, p99 ${report.latencyMs.p99.toFixed(1)} ms, ` +
        `max ${report.latencyMs.max.toFixed(1)} ms, RSS ${mib(early)} -> ${mib(late)} MiB, heap ${mib(samples.at(-1)?.heap ?? 0)} MiB\n`,
    );
    const { wrong, wrongExamples, unanswered, refused } = report;
    expect({ wrong, wrongExamples, unanswered, refused }).toEqual({
      wrong: 0,
      wrongExamples: [],
      unanswered: {},
      refused: {},
    });
    // How many there were of both is told above: a busy machine makes it fewer.
    expect(report.answered).toBeGreaterThan((seconds * perSecond) / 10);
    expect(changes).toBeGreaterThan((seconds * changesPerSecond) / 20);
    // The young generation may still fill up in a short run; a leak of the long one, which has millions of reviews, does not fit in here.
    expect(late).toBeLessThan(early * 1.1 + 64 * 2 ** 20);
  },
  (seconds + 300) * 1000,
);
