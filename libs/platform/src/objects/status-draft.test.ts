import { expect, test } from '@jest/globals';

import { machine, type Machine } from '@tke/api-platform';
import { KubeApiError, type Client } from '@tke/kube-client';

import { StatusDraft } from './status-draft.ts';

type Status = NonNullable<Machine['status']>;

interface Sent {
  readonly body: { readonly metadata?: { readonly resourceVersion?: string }; readonly status: object };
}

/** An API server with one Machine. `loseAnswer` has the next write done and told as a conflict, as when a try is repeated whose answer was lost. */
function server() {
  let version = 1;
  const network = { losesAnswer: false };
  const conflict = () => new KubeApiError({ method: 'PATCH', path: '/x' }, 409, { reason: 'Conflict' });
  const stored: { status: Status; metadata: Machine['metadata'] } = {
    metadata: { name: 'mc', uid: 'one', generation: 1, resourceVersion: '1' },
    status: { phase: 'Running', step: '1/9' },
  };
  const object = () =>
    structuredClone<Machine>({ apiVersion: 'v1', kind: 'Machine', spec: {} as Machine['spec'], ...stored });
  const write = (status: object) => {
    const merged = Object.entries<unknown>({ ...stored.status, ...status }).filter(([, value]) => value !== null);
    stored.status = Object.fromEntries(merged);
    version += 1;
    stored.metadata = { ...stored.metadata, resourceVersion: String(version) };
  };
  const patch = (_kind: unknown, _key: unknown, { body }: Sent) => {
    if (body.metadata?.resourceVersion !== String(version)) {
      return Promise.reject(conflict());
    }
    write(body.status);
    if (network.losesAnswer) {
      network.losesAnswer = false;
      return Promise.reject(conflict());
    }
    return Promise.resolve(object());
  };
  const client = { patch, get: () => Promise.resolve(object()) } as unknown as Client;
  return {
    stored,
    write,
    loseAnswer: () => void (network.losesAnswer = true),
    draft: () => new StatusDraft<Machine>(client, machine, object(), new AbortController().signal),
  };
}

test('what somebody else writes to other fields is kept, and seen by the next change', async () => {
  const { draft, write, stored } = server();
  const subject = draft();
  write({ nodeName: 'theirs' });
  await subject.update(() => ({ step: '2/9' }));
  expect(stored.status).toEqual({ phase: 'Running', step: '2/9', nodeName: 'theirs' });
  expect(subject.object.status?.nodeName).toBe('theirs');
});

test('what another leader has written to the same field is not written over', async () => {
  const { draft, write, stored } = server();
  const old = draft();
  write({ step: '5/9' });
  await expect(old.update(() => ({ step: '2/9' }))).rejects.toMatchObject({ httpStatus: 409 });
  expect(stored.status.step).toBe('5/9');
});

test('an object that was made anew under the name is not told what the old one was like', async () => {
  const { draft, stored, write } = server();
  const old = draft();
  write({});
  stored.metadata = { ...stored.metadata, uid: 'two' };
  await expect(old.update(() => ({ step: '2/9' }))).rejects.toMatchObject({ httpStatus: 409 });
  expect(stored.status.step).toBe('1/9');
});

test('a write whose answer was lost has succeeded', async () => {
  const { draft, loseAnswer, stored } = server();
  loseAnswer();
  const subject = draft();
  await subject.update(() => ({ step: '2/9' }));
  expect(stored.status.step).toBe('2/9');
  expect(subject.object.status?.step).toBe('2/9');
});
