import { expect, test } from '@jest/globals';

import type { Host } from '@tke/host';

import { HostLocks } from './host-locks.ts';
import { HostSessions } from './host-sessions.ts';

test('giving a host up ends with the attempt that began it', async () => {
  const release = (_claim: unknown, { signal }: { readonly signal: AbortSignal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const host = { lock: { release } } as unknown as Host;
  const login = { ip: '10.0.0.1', port: 22, username: 'root', password: 'eA==' };
  const sessions = new HostSessions({
    pool: { host: () => host },
    locks: new HostLocks(),
    claim: () => ({ cluster: 'uid', token: 1, holder: 'a' }),
    findHost: (ip) => ({ ip, login, proxy: undefined, tenantID: '', record: {}, remember: () => Promise.resolve() }),
    findSecret: () => undefined,
    signal: new AbortController().signal,
  });
  const attempt = new AbortController();
  const released = sessions.release('10.0.0.1', attempt.signal);
  attempt.abort(new Error('out of time'));
  await expect(released).rejects.toThrow('out of time');
});
