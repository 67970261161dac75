import { expect, test } from '@jest/globals';

import type { NsEmigration } from '@tke/api-business';
import type { PlanProgress } from '@tke/plan';
import type { StatusDependencies } from '@tke/runtime';
import { FakeClock } from '@tke/time';

import { EmigrationPass } from './emigration-pass.ts';

test('who was deposed does not write over the journal of his successor', async () => {
  const server = new OneObject();
  const clock = new FakeClock();
  const events: string[] = [];
  const recorder = { event: (_object: unknown, _type: string, reason: string) => events.push(reason) };
  const tools = { client: server, clock, recorder } as unknown as StatusDependencies;
  const { signal } = new AbortController();
  const [deposed, successor] = [0, 1].map(() => new EmigrationPass(tools, server.stored, signal)) as [
    EmigrationPass,
    EmigrationPass,
  ];
  const plan = (step: string): PlanProgress => ({
    operation: 'Move',
    completed: 0,
    total: 5,
    startedAt: '2026-01-01T00:00:00Z',
    step,
  });
  await successor.savePlan({ plan: plan('HandOver'), step: 'HandOver', handledRetry: undefined });
  await successor.savePlan({ plan: plan('ConfirmNew'), step: 'ConfirmNew', handledRetry: undefined });
  const late = deposed.savePlan({ plan: plan('LockSource'), step: 'LockSource', handledRetry: undefined });
  await expect(late).rejects.toThrow('Conflict');
  await expect(deposed.summarise({ kind: 'ready', message: 'm' }, 'Finished')).rejects.toThrow('Conflict');
  expect(server.stored.status).toMatchObject({ phase: 'NewOneCreated', plan: { step: 'ConfirmNew' } });
  expect(events).toEqual([]);
});

interface Patch {
  readonly body: { readonly metadata?: { readonly resourceVersion?: string }; readonly status: NsEmigration['status'] };
}

/** As much of an API server as a lock takes: a write that names another version than the stored one is refused. */
class OneObject {
  stored: NsEmigration = {
    ...{ apiVersion: 'business.tkestack.io/v1', kind: 'NsEmigration' },
    metadata: { namespace: 'prj-a', name: 'cls-a-shop', uid: 'u', generation: 1, resourceVersion: '1' },
    spec: { namespace: 'cls-a-shop', destination: 'prj-b' },
  };

  patch(_kind: unknown, _key: unknown, { body }: Patch): Promise<NsEmigration> {
    const { metadata, status } = this.stored;
    const { resourceVersion = metadata.resourceVersion } = body.metadata ?? {};
    if (resourceVersion !== metadata.resourceVersion) {
      return Promise.reject(new Error('Conflict'));
    }
    const version = String(Number(resourceVersion) + 1);
    this.stored = {
      ...this.stored,
      metadata: { ...metadata, resourceVersion: version },
      status: { ...status, ...body.status },
    };
    return Promise.resolve(this.stored);
  }
}
