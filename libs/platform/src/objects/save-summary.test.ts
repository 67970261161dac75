import { describe, expect, test } from '@jest/globals';

import { machine, type Machine } from '@tke/api-platform';
import { CodedError } from '@tke/errors';
import { KubeApiError, type Client } from '@tke/kube-client';
import { FakeClock } from '@tke/time';

import { saveSummary } from './save-summary.ts';
import { StatusDraft } from './status-draft.ts';

interface Patched {
  readonly body: { readonly status: Record<string, unknown> };
}

/** An API server that merges what is written to a status; `meanwhile` is what somebody else does to the rest. */
function scene(meanwhile: object = {}) {
  const events: string[] = [];
  const patches: Patched[] = [];
  let stored = {
    apiVersion: 'v1',
    kind: 'Machine',
    metadata: { name: 'mc', generation: 1 },
    spec: {},
  } as unknown as Machine;
  const patch = (_kind: unknown, _key: unknown, sent: Patched) => {
    patches.push(sent);
    const status = Object.fromEntries(
      Object.entries<unknown>({ ...stored.status, ...sent.body.status }).filter(([, value]) => value !== null),
    );
    stored = { ...stored, metadata: { ...stored.metadata, ...meanwhile }, status };
    return Promise.resolve(stored);
  };
  const client = { patch } as unknown as Client;
  const draft = () => new StatusDraft<Machine>(client, machine, stored, new AbortController().signal);
  const recorder = { event: (...args: readonly unknown[]) => void events.push(args.slice(1, 3).join(' ')) };
  return { draft, events, patches, tools: { recorder, clock: new FakeClock() } };
}

const error = new CodedError('Broken', { class: 'NeedsUser', remedy: 'Mend it.' }, 'it is broken');
const waiting = (message: string) => ({ kind: 'progressing', reason: 'Joining', message }) as const;

describe('the summary of a pass', () => {
  test('says the same in conditions, phase, reason and message', async () => {
    const { draft, tools } = scene();
    const subject = draft();
    await saveSummary(tools, subject, { outcome: { kind: 'stalled', error }, phase: 'Failed' });
    expect(subject.object.status).toMatchObject({
      phase: 'Failed',
      reason: 'Broken',
      message: 'it is broken. Mend it.',
      observedGeneration: 1,
      conditions: [
        { type: 'Reconciling', status: 'False' },
        { type: 'Stalled', status: 'True', reason: 'Broken' },
        { type: 'Ready', status: 'False', reason: 'Broken', observedGeneration: 1 },
      ],
    });
  });

  test('speaks of the spec the pass began with, not of one that came meanwhile', async () => {
    const { draft, tools } = scene({ generation: 2 });
    const subject = draft();
    await subject.update(() => ({ nodeName: 'n' }));
    expect(subject.object.metadata.generation).toBe(2);
    await saveSummary(tools, subject, { outcome: { kind: 'ready' }, phase: 'Running' });
    expect(subject.object.status).toMatchObject({
      observedGeneration: 1,
      conditions: [{}, {}, { type: 'Ready', status: 'True', observedGeneration: 1 }],
    });
  });

  test('is written when it is another, and told when people would want to know', async () => {
    const { draft, events, patches, tools } = scene();
    const save = async (outcome: Parameters<typeof saveSummary>[2]['outcome']) =>
      saveSummary(tools, draft(), { outcome, phase: 'Initializing' });
    await save(waiting('step one'));
    await save(waiting('step two'));
    await save(waiting('step two'));
    expect(events).toEqual(['Normal Joining']);
    expect(patches).toHaveLength(2);
    await save({ kind: 'stalled', error });
    await save({ kind: 'stalled', error: Object.assign(error, { message: 'it is still broken' }) });
    await save({ kind: 'ready' });
    expect(events).toEqual(['Normal Joining', 'Warning Broken', 'Warning Broken', 'Normal Succeeded']);
  });

  test('of an object that is gone is no loss; other failures are told', async () => {
    const failing = (status: number, reason: string) => {
      const refusal = new KubeApiError({ method: 'PATCH', path: '/' }, status, { reason });
      const client = { patch: () => Promise.reject(refusal) } as unknown as Client;
      const object = { apiVersion: 'v1', kind: 'Machine', metadata: { name: 'mc' }, spec: {} } as unknown as Machine;
      const draft = new StatusDraft<Machine>(client, machine, object, new AbortController().signal);
      return saveSummary(scene().tools, draft, { outcome: { kind: 'ready' }, phase: 'Running' });
    };
    await expect(failing(404, 'NotFound')).resolves.toBeUndefined();
    await expect(failing(500, 'InternalError')).rejects.toMatchObject({ code: 'InternalError' });
  });
});
