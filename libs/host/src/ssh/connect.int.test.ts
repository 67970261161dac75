import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { Sshd } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';

import { HostPool } from '../host-pool.ts';
import { Secret } from '../secret.ts';
import { startSocksServer } from '../testing/socks-server.ts';
import { holdClosedPort } from '../testing/closed-port.ts';
import { SshLab } from '../testing/hosts.ts';
import { parseHostKeyPin, type HostKey } from './host-key.ts';
import type { HostKeyPolicy, HostTarget } from './target.ts';

jest.setTimeout(180_000);

let lab: SshLab;
let self: HostTarget;
beforeAll(async () => {
  lab = await SshLab.start({ sshd: { hostKeyTypes: ['ed25519', 'ecdsa', 'rsa'] } });
  self = await lab.self();
});
afterAll(() => lab.stop());

/** Logs in anew, whatever connections there are, and says who we are there. */
async function whoAmI(target: HostTarget, connectTimeoutMs = 60_000): Promise<string> {
  const pool = new HostPool({ clock: systemClock, logger: discardLogger, connectTimeoutMs });
  try {
    return (await pool.host(target).run(['id', '-un'], { sudo: false })).stdout.trim();
  } finally {
    pool.close();
  }
}

function pinned(...lines: string[]): HostKeyPolicy {
  return { kind: 'pinned', pins: lines.map(parseHostKeyPin) };
}

describe('a login by key', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'] as const)('of type %s', async (type) => {
    const { privateKey } = await lab.sshd.authorizeKey(self.user, { type });
    expect(await whoAmI({ ...self, credentials: { privateKey: new Secret(privateKey) } })).toBe(self.user);
  });

  test('with a passphrase, and not with a wrong one or none', async () => {
    const key = await lab.sshd.authorizeKey(self.user, { passphrase: 'open sesame' });
    const privateKey = new Secret(key.privateKey);
    const passphrase = new Secret('open sesame');
    expect(await whoAmI({ ...self, credentials: { privateKey, passphrase } })).toBe(self.user);
    const wrong = whoAmI({ ...self, credentials: { privateKey, passphrase: new Secret('shut') } });
    await expect(wrong).rejects.toMatchObject({ code: 'InvalidCredentials', class: 'NeedsUser' });
    await expect(whoAmI({ ...self, credentials: { privateKey } })).rejects.toMatchObject({
      code: 'InvalidCredentials',
    });
  });

  test('that is none, or that the host does not know, is for the user to mend', async () => {
    const credentials = { privateKey: new Secret('no key at all') };
    await expect(whoAmI({ ...self, credentials })).rejects.toMatchObject({ code: 'InvalidCredentials' });
    await expect(whoAmI({ ...self, credentials: {} })).rejects.toMatchObject({ code: 'InvalidCredentials' });
    const stranger = { ...self, user: 'nobody' };
    await expect(whoAmI(stranger)).rejects.toMatchObject({ code: 'AuthenticationFailed', class: 'NeedsUser' });
  });
});

describe('a login by password', () => {
  test('works, and a wrong password shows in no error', async () => {
    const { user, target } = await lab.user();
    expect(await whoAmI(target)).toBe(user.name);
    const wrong = await whoAmI({ ...target, credentials: { password: new Secret('hunter2') } }).catch(
      (e: unknown) => e,
    );
    expect(wrong).toMatchObject({ code: 'AuthenticationFailed', class: 'NeedsUser' });
    expect(String(wrong) + JSON.stringify(wrong)).not.toContain('hunter2');
  });

  test('is tried after a key that the host does not know', async () => {
    const { user, target } = await lab.user();
    const { privateKey } = await lab.sshd.authorizeKey(self.user);
    const credentials = { ...target.credentials, privateKey: new Secret(privateKey) };
    expect(await whoAmI({ ...target, credentials })).toBe(user.name);
  });

  test('answers a host that asks for it interactively (PAM)', async () => {
    const other = await SshLab.start({
      sshd: { config: ['UsePAM yes', 'KbdInteractiveAuthentication yes', 'PasswordAuthentication no'] },
    });
    try {
      const { user, target } = await other.user();
      expect(await whoAmI(target)).toBe(user.name);
      const wrong = whoAmI({ ...target, credentials: { password: new Secret('wrong') } });
      await expect(wrong).rejects.toMatchObject({ code: 'AuthenticationFailed' });
    } finally {
      await other.stop();
    }
  });
});

describe('the key of the host', () => {
  test('is accepted by fingerprint without a type, whichever of its keys that is', async () => {
    for (const { fingerprint } of lab.sshd.hostKeys) {
      expect(await whoAmI({ ...self, hostKeys: pinned(fingerprint) })).toBe(self.user);
    }
  });

  test('may be of the type that is pinned, though the host has others it would rather show', async () => {
    const rsa = lab.sshd.hostKeys.find(({ publicKey }) => publicKey.startsWith('ssh-rsa'))!;
    expect(await whoAmI({ ...self, hostKeys: pinned(rsa.publicKey) })).toBe(self.user);
  });

  test('that is another than pinned ends it, before a password is sent', async () => {
    const other = await Sshd.start();
    try {
      const [{ publicKey, fingerprint } = { publicKey: '', fingerprint: '' }] = other.hostKeys;
      const refused = whoAmI({ ...self, hostKeys: pinned(publicKey) });
      await expect(refused).rejects.toMatchObject({ code: 'HostKeyChanged', class: 'NeedsUser' });
      await expect(refused).rejects.toThrow(fingerprint);
      await expect(refused).rejects.toThrow(lab.sshd.hostKeys[0]!.fingerprint);
    } finally {
      await other.stop();
    }
  });

  test('of a pinned type that the host has no longer is a changed key', async () => {
    const other = await SshLab.start();
    try {
      const rsa = lab.sshd.hostKeys.find(({ publicKey }) => publicKey.startsWith('ssh-rsa'))!;
      const target = { ...(await other.self()), hostKeys: pinned(rsa.publicKey) };
      await expect(whoAmI(target)).rejects.toMatchObject({ code: 'HostKeyChanged' });
    } finally {
      await other.stop();
    }
  });

  test('is handed over on first use, and held to from then on', async () => {
    const other = await SshLab.start();
    try {
      const stored: HostKey[] = [];
      const store = (key: HostKey) => Promise.resolve(void stored.push(key));
      const host = other.host({ ...(await other.self()), hostKeys: { kind: 'trustOnFirstUse', store } });
      await host.run(['true'], { sudo: false });
      expect(stored).toEqual([{ type: 'ssh-ed25519', fingerprint: other.sshd.hostKeys[0]!.fingerprint }]);
      expect(await host.hostKey()).toEqual(stored[0]);
      await other.sshd.replaceHostKeys();
      await other.sshd.restart();
      await expect(host.run(['true'], { sudo: false })).rejects.toMatchObject({ code: 'HostKeyChanged' });
      expect(stored).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });

  test('that cannot be stored is not trusted', async () => {
    const store = () => Promise.reject(new Error('no write access'));
    const refused = whoAmI({ ...self, hostKeys: { kind: 'trustOnFirstUse', store } });
    await expect(refused).rejects.toThrow(/could not be stored: no write access/);
  });
});

describe('a host that is not there', () => {
  test('refuses, and the message says where', async () => {
    await using closed = await holdClosedPort();
    const { port } = closed;
    await expect(whoAmI({ ...self, port })).rejects.toMatchObject({
      code: 'HostUnreachable',
      class: 'Retryable',
      message: expect.stringContaining(`port ${port}`),
    });
  });

  test('has a name that means nothing', async () => {
    await expect(whoAmI({ ...self, address: 'no-such-host.invalid' })).rejects.toMatchObject({
      code: 'HostUnreachable',
    });
  });

  test('accepts and says nothing: the time limit holds', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await expect(whoAmI({ ...self, port }, 300)).rejects.toMatchObject({
      code: 'HostUnreachable',
      message: expect.stringContaining('within 0.3 s'),
    });
    silent.close();
  });

  test('speaks something else than SSH', async () => {
    const other = createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(whoAmI({ ...self, port })).rejects.toMatchObject({ code: 'HostUnreachable' });
    other.close();
  });
});

describe('the way to a host', () => {
  test('leads over a jump host, by its own login', async () => {
    const jump = await SshLab.start();
    try {
      const via = { kind: 'jump', target: await jump.self() } as const;
      const pool = new HostPool({ clock: systemClock, logger: discardLogger });
      const { stdout } = await pool.host({ ...self, via }).run(['sh', '-c', 'echo $SSH_CONNECTION'], { sudo: false });
      expect(stdout).toContain(`${lab.sshd.port}`);
      expect(pool.stats()).toMatchObject({ connections: 2, opened: 2 });
      pool.close();
    } finally {
      await jump.stop();
    }
  });

  test('over a jump host whose key changed is not taken', async () => {
    const jump = await SshLab.start();
    try {
      const via = { kind: 'jump', target: { ...(await jump.self()), hostKeys: lab.hostKeys } } as const;
      await expect(whoAmI({ ...self, via })).rejects.toMatchObject({ code: 'HostKeyChanged' });
    } finally {
      await jump.stop();
    }
  });

  test('over a jump host that cannot reach it says so', async () => {
    const jump = await SshLab.start();
    await using closed = await holdClosedPort();
    const { port } = closed;
    try {
      const via = { kind: 'jump', target: await jump.self() } as const;
      await expect(whoAmI({ ...self, port, via })).rejects.toMatchObject({
        code: 'HostUnreachable',
        message: expect.stringMatching(new RegExp(`${jump.sshd.port} cannot reach 127.0.0.1 port ${port}`)),
      });
    } finally {
      await jump.stop();
    }
  });

  test('leads over a SOCKS5 proxy, with a login of its own', async () => {
    const proxy = await startSocksServer({ user: 'proxy-user', password: 'proxy-password' });
    const via = { kind: 'socks5', address: '127.0.0.1', port: proxy.port, user: 'proxy-user' } as const;
    expect(await whoAmI({ ...self, via: { ...via, password: new Secret('proxy-password') } })).toBe(self.user);
    expect(proxy.carried()).toBe(1);
    const wrong = await whoAmI({ ...self, via: { ...via, password: new Secret('wrong-password') } }).catch(
      (e: unknown) => e,
    );
    expect(wrong).toMatchObject({ code: 'HostUnreachable', message: expect.stringContaining('SOCKS5') });
    expect(JSON.stringify(wrong, Object.getOwnPropertyNames(wrong))).not.toContain('wrong-password');
    await proxy.stop();
  });
});
