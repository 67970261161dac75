import { describe, expect, test } from '@jest/globals';

import type { ObjectMeta } from '@tke/meta';

import { podFate, type FateOptions } from './pod-fate.ts';
import type { Pod } from '../steps/node/pod.ts';

const now = Date.parse('2026-01-01T00:10:00Z');
const owner = (kind: string, controller = true) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'u', controller }],
});
const pod = (metadata: ObjectMeta, phase = 'Running'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name: 'p', ...metadata },
  spec: {},
  status: { phase },
});
const carefully: FateOptions = { withoutController: 'keep', unconfirmed: 'wait' };
const forGood: FateOptions = { withoutController: 'evict', unconfirmed: 'leave' };
const fate = (subject: Pod, options = carefully) => podFate(subject, options, now);

describe('a drain', () => {
  test.each([
    ['of a DaemonSet, which would come back at once', pod(owner('DaemonSet'))],
    ['of a DaemonSet that is ending', pod({ ...owner('DaemonSet'), deletionTimestamp: '2026-01-01T00:09:00Z' })],
    [
      'that is the image of a static one',
      pod({ ...owner('Node'), annotations: { 'kubernetes.io/config.mirror': 'x' } }),
    ],
    ['that has succeeded', pod({}, 'Succeeded')],
    ['that has failed', pod(owner('Job'), 'Failed')],
  ])('leaves a pod %s', (_name, subject) => {
    expect(fate(subject)).toEqual({ kind: 'leave' });
    expect(fate(subject, forGood)).toEqual({ kind: 'leave' });
  });

  test.each(['ReplicaSet', 'StatefulSet', 'Job', 'Unheard'])('evicts a pod of a %s', (kind) => {
    expect(fate(pod(owner(kind)))).toEqual({ kind: 'evict' });
    expect(fate(pod(owner(kind), 'Pending'))).toEqual({ kind: 'evict' });
  });

  test('keeps a pod that nobody would make again, unless the machine goes for good', () => {
    for (const subject of [pod({}), pod(owner('ReplicaSet', false))]) {
      expect(fate(subject)).toEqual({ kind: 'wait', obstacle: expect.stringMatching(/no controller/) });
      expect(fate(subject, forGood)).toEqual({ kind: 'evict' });
    }
  });

  test('waits for a pod that is ending, and says when it should have ended and has not', () => {
    const ending = (deletionTimestamp: string, finalizers?: string[]) =>
      fate(pod({ ...owner('ReplicaSet'), deletionTimestamp, ...(finalizers && { finalizers }) }));
    expect(ending('2026-01-01T00:10:20Z')).toEqual({ kind: 'wait' });
    expect(ending('2026-01-01T00:09:45Z')).toEqual({ kind: 'wait' });
    expect(ending('2026-01-01T00:09:00Z')).toEqual({
      kind: 'wait',
      obstacle: 'should have ended at 2026-01-01T00:09:00Z: see the log of the kubelet',
    });
    expect(ending('2026-01-01T00:09:00Z', ['a.io/b', 'a.io/c'])).toMatchObject({
      obstacle: expect.stringMatching(/its finalizers are a.io\/b, a.io\/c$/),
    });
  });

  test('for good does not wait for pods whose kubelet is silent', () => {
    const ending = pod({ ...owner('ReplicaSet'), deletionTimestamp: '2026-01-01T00:10:20Z' });
    expect(fate(ending, forGood)).toEqual({ kind: 'leave' });
  });
});
