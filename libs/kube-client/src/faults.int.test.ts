import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { ControlPlane } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { coreKinds } from '@tke/meta';
import { FakeClock, systemClock, type Clock } from '@tke/time';

import type { Client } from './client.ts';
import { connect } from './connect.ts';

jest.setTimeout(240_000);

const { configMap, namespace } = coreKinds;

/** Deadlines pass when the test says so; what the server asks to wait is waited for. */
class DeadlineClock extends FakeClock {
  override readonly sleep: Clock['sleep'] = (...args) => systemClock.sleep(...args);
}

const clock = new DeadlineClock();
let controlPlane: ControlPlane;
let client: Client;

// Of its own: it is broken here.
beforeAll(async () => {
  controlPlane = await ControlPlane.start();
  const { kubeconfigPath: kubeconfig } = controlPlane;
  client = await connect({ kubeconfig, userAgent: 'test/1', logger: discardLogger, clock });
});

afterAll(async () => {
  await client.close();
  await controlPlane.stop();
});

/** A watch that has begun, of what nobody writes. */
async function openWatch() {
  const watch = client.watch(configMap, { namespace: 'default', sendInitialEvents: true });
  const events = watch[Symbol.asyncIterator]();
  for (let begun = false; !begun;) {
    const answer = await events.next();
    if (answer.done === true) {
      throw new Error('the watch ended before it began');
    }
    begun = answer.value.type === 'BOOKMARK' && answer.value.initialEventsEnd;
  }
  const next = events.next();
  next.catch(() => undefined);
  return { next };
}

test('a server that hangs is a timeout for calls, and silence for watches', async () => {
  const { next } = await openWatch();
  controlPlane.pauseApiServer();
  try {
    const answers = Promise.all([
      expect(client.list(namespace)).rejects.toMatchObject({ code: 'Timeout' }),
      expect(next).rejects.toMatchObject({ code: 'ConnectionLost', message: expect.stringContaining('was silent') }),
    ]);
    await clock.advance(305_000);
    await answers;
  } finally {
    controlPlane.resumeApiServer();
  }
  await expect(client.list(namespace)).resolves.toBeDefined();
});

test('a server that crashes ends watches and refuses calls; when it is back, so is the client', async () => {
  const { next } = await openWatch();
  await controlPlane.killApiServer();
  await expect(next).rejects.toMatchObject({ code: 'ConnectionLost', class: 'Retryable' });
  await expect(client.list(namespace)).rejects.toMatchObject({
    code: 'ConnectionFailed',
    class: 'Retryable',
  });
  await controlPlane.startApiServer();
  await expect(client.list(namespace)).resolves.toBeDefined();
});
