import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { makeEvent, truncateUtf8, type Occurrence } from './event-object.ts';
import { ObjectRateLimit } from './object-rate-limit.ts';

const clock = new FakeClock(Date.UTC(2026, 0, 1, 12, 0, 0, 5));
const reporter = { controller: 'tkestack.io/manager', instance: 'manager-0' };
const occurrence = { type: 'Warning', reason: 'RuleInvalid', action: 'Compile', note: 'row 3' } as const;
const policy: KubeObject = {
  apiVersion: 'auth.tkestack.io/v1',
  kind: 'Policy',
  metadata: { name: 'pol-a', uid: 'u1', resourceVersion: '7' },
};
const make = (regarding: KubeObject, more: Partial<Occurrence> = {}) =>
  makeEvent(regarding, { ...occurrence, ...more }, reporter, clock, () => 0.5);

describe('an event', () => {
  test('of a cluster-scoped object lives in namespace default, and names the object by uid', () => {
    expect(make(policy)).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `pol-a.${clock.now().toString(16)}80000000`, namespace: 'default' },
      eventTime: '2026-01-01T12:00:00.005000Z',
      reportingController: 'tkestack.io/manager',
      reportingInstance: 'manager-0',
      ...occurrence,
      regarding: { apiVersion: 'auth.tkestack.io/v1', kind: 'Policy', name: 'pol-a', uid: 'u1' },
    });
  });

  test('of a namespaced object lives there', () => {
    const { metadata, regarding } = make({ ...policy, metadata: { ...policy.metadata, namespace: 'n1' } });
    expect([metadata.namespace, regarding.namespace]).toEqual(['n1', 'n1']);
  });

  test.each([
    { name: 'system:node', begins: 'event.' },
    { name: 'Upper', begins: 'event.' },
    { name: 'a'.repeat(253), begins: 'aaa' },
    { name: `${'a'.repeat(232)}-${'b'.repeat(20)}`, begins: 'aaa' },
    { name: '', begins: 'event.' },
  ])('has a legal name for an object named $name', ({ name, begins }) => {
    const made = make({ ...policy, metadata: { name } }).metadata.name ?? '';
    expect(made.startsWith(begins)).toBe(true);
    expect(made.length).toBeLessThanOrEqual(253);
    expect(made).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  });

  test('keeps to the limits of the API', () => {
    const event = make(policy, { note: '€'.repeat(1000), reason: 'R'.repeat(300) });
    expect(Buffer.byteLength(event.note)).toBeLessThanOrEqual(1024);
    expect(event.reason).toHaveLength(128);
  });
});

test.each([
  { text: 'short', limit: 10, cut: 'short' },
  { text: '1234567890', limit: 10, cut: '1234567890' },
  { text: '12345678901', limit: 10, cut: '1234567…' },
  { text: '€€€€', limit: 10, cut: '€€…' },
  { text: '😀😀😀', limit: 10, cut: '😀…' },
])('truncateUtf8 cuts $text to $limit bytes between characters', ({ text, limit, cut }) => {
  expect(truncateUtf8(text, limit)).toBe(cut);
});

describe('the limit per object', () => {
  const take = (limit: ObjectRateLimit, object: string, times: number) =>
    Array.from({ length: times }, () => limit.allows(object)).filter(Boolean).length;

  test('allows 25 at once and one more every five minutes, up to 25 again', async () => {
    const time = new FakeClock();
    const limit = new ObjectRateLimit(time);
    expect(take(limit, 'a', 30)).toBe(25);
    await time.advance(299_999);
    expect(take(limit, 'a', 30)).toBe(0);
    await time.advance(1);
    expect(take(limit, 'a', 30)).toBe(1);
    await time.advance(24 * 3_600_000);
    expect(take(limit, 'a', 30)).toBe(25);
  });

  test('counts each object by itself', () => {
    const limit = new ObjectRateLimit(new FakeClock());
    expect([take(limit, 'a', 30), take(limit, 'b', 30)]).toEqual([25, 25]);
  });

  test('forgets the object that was longest without an event when there are too many', () => {
    const limit = new ObjectRateLimit(new FakeClock());
    take(limit, 'a', 25);
    for (let i = 0; i < 4096; i++) {
      take(limit, `other-${i}`, 1);
    }
    expect(take(limit, 'a', 30)).toBe(25);
  });
});
