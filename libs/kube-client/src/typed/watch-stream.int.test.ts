import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { coreKinds, type ConfigMap } from '@tke/meta';

import type { Client, WatchEvent, WatchOptions } from '../client.ts';
import { newNamespace, realClient } from '../testing/real-server.ts';

jest.setTimeout(120_000);

const { configMap } = coreKinds;

let client: Client;
let namespace: string;

beforeAll(async () => {
  client = await realClient();
  namespace = await newNamespace(client);
});

afterAll(() => client.close());

const make = (name: string, data: Record<string, string> = {}) =>
  client.create(configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data });

function describeEvent(event: WatchEvent<ConfigMap>): string {
  return event.type === 'BOOKMARK'
    ? `BOOKMARK ${event.initialEventsEnd}`
    : `${event.type} ${event.object.metadata.name}`;
}

/** Reads until `enough`, then leaves the watch. */
async function read(options: WatchOptions, enough: (event: WatchEvent<ConfigMap>) => boolean) {
  const events: WatchEvent<ConfigMap>[] = [];
  for await (const event of client.watch(configMap, { namespace, ...options })) {
    events.push(event);
    if (enough(event)) {
      break;
    }
  }
  return events;
}

describe('a watch', () => {
  test('tells every change after a version, in order and typed', async () => {
    const { metadata } = await client.list(configMap, { namespace });
    const key = { namespace, name: 'a' };
    await make('a', { text: 'ключ 😀' });
    await client.patch(configMap, key, { type: 'merge', body: { data: { b: '1' } } });
    await client.delete(configMap, key);
    const all = await read({ resourceVersion: metadata.resourceVersion! }, ({ type }) => type === 'DELETED');
    const events = all.filter(({ type }) => type !== 'BOOKMARK');
    expect(events.map(describeEvent)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(events[0]).toMatchObject({ object: { apiVersion: 'v1', kind: 'ConfigMap', data: { text: 'ключ 😀' } } });
  });

  test('can bring the present state first, and goes on with what follows', async () => {
    await make('present-1');
    await make('present-2');
    let later: Promise<unknown> | undefined;
    const events = await read({ sendInitialEvents: true }, (event) => {
      if (event.type === 'BOOKMARK' && event.initialEventsEnd) {
        expect(Number(event.resourceVersion)).toBeGreaterThan(0);
        later = make('later');
      }
      return event.type !== 'BOOKMARK' && event.object.metadata.name === 'later';
    });
    await later;
    // Bookmarks in between come when the server thinks fit.
    const seen = events.map(describeEvent).filter((text) => !/kube-root-ca|BOOKMARK false/.test(text));
    expect(seen.slice(0, 2).sort()).toEqual(['ADDED present-1', 'ADDED present-2']);
    expect(seen.slice(2)).toEqual(['BOOKMARK true', 'ADDED later']);
  });

  test('ends by itself when the server ends it', async () => {
    const startedAt = performance.now();
    const { metadata } = await client.list(configMap, { namespace });
    const events = await read({ resourceVersion: metadata.resourceVersion!, timeoutSeconds: 2 }, () => false);
    expect(performance.now() - startedAt).toBeGreaterThan(1000);
    // The server closes a watch with a bookmark where it has anything new to say.
    expect(events.every(({ type }) => type === 'BOOKMARK')).toBe(true);
  });
});
