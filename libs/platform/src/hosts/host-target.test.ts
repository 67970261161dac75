import { describe, expect, test } from '@jest/globals';

import { secretTenantLabel } from '@tke/api-platform';
import type { HostTarget } from '@tke/host';
import type { Secret } from '@tke/meta';

import { hostTarget } from './host-target.ts';
import type { HostRecord, KnownHost } from './known-host.ts';
import { loginAddressesAnnotation } from './login-addresses.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const fingerprint = (letter: string) => `SHA256:${letter.repeat(43)}`;

function host(part: Partial<KnownHost> = {}): KnownHost {
  const login = { password: base64('from spec') };
  return {
    ip: '10.0.0.1',
    login,
    proxy: undefined,
    tenantID: 'acme',
    record: {},
    remember: () => Promise.resolve(),
    ...part,
  };
}

function secret(data: Record<string, string>, tenant: string | undefined = 'acme'): Secret {
  const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]));
  const labels = { [secretTenantLabel]: tenant };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login', labels }, data: encoded };
}

const none = () => undefined;
const text = (value: { reveal(): Buffer } | undefined) => value?.reveal().toString();
const named = { credentialSecretRef: { name: 'login' } };

describe('the way to a host', () => {
  test('is root at port 22, with the password of the object, unless it says otherwise', () => {
    const target = hostTarget(host({ login: { port: 0, username: '', password: base64('hidden\n') } }), none);
    expect(target).toMatchObject({ address: '10.0.0.1', port: 22, user: 'root', via: undefined });
    expect(text(target.credentials.password)).toBe('hidden');
    const other = hostTarget(host({ login: { port: 2222, username: 'ops', privateKey: base64('KEY\n') } }), none);
    expect(other).toMatchObject({ port: 2222, user: 'ops' });
    expect(text(other.credentials.privateKey)).toBe('KEY\n');
  });

  test('takes what the Secret has before what stands in the object', () => {
    const data = { password: 'from secret\n', privateKey: 'KEY', passPhrase: 'phrase', sudoPassword: 'sudo' };
    const login = { ...named, password: base64('from spec') };
    const { credentials, sudoPassword } = hostTarget(host({ login }), () => secret(data));
    expect(text(credentials.password)).toBe('from secret');
    expect(text(credentials.privateKey)).toBe('KEY');
    expect(text(credentials.passphrase)).toBe('phrase');
    expect(text(sudoPassword)).toBe('sudo');
  });

  test.each([
    ['a Secret that is not there', named, none, 'SecretNotFound'],
    ['the Secret of another tenant', named, () => secret({ password: 'x' }, 'other'), 'SecretOfAnotherTenant'],
    ['a Secret without what is needed', named, () => secret({ sudoPassword: 'x' }), 'LoginIncomplete'],
    ['neither password nor key', {}, none, 'LoginIncomplete'],
  ])('is refused with %s', (_what, login, findSecret, code) => {
    expect(() => hostTarget(host({ login }), findSecret)).toThrow(
      expect.objectContaining({ code, class: 'NeedsUser' }),
    );
  });

  test('does not tell whose the Secret of another tenant is', () => {
    const refused = () => hostTarget(host({ login: named }), () => secret({ password: 'x' }, 'rival'));
    expect(refused).not.toThrow(/rival/);
    expect(refused).toThrow(/"acme"/);
  });

  test('of an object without a tenant takes the Secret without one, and no other', () => {
    const platform = host({ login: named, tenantID: '' });
    expect(text(hostTarget(platform, () => secret({ password: 'x' }, '')).credentials.password)).toBe('x');
    expect(() => hostTarget(platform, () => secret({ password: 'x' }))).toThrow(/label/);
  });
});

describe('a login that says which hosts it is for', () => {
  const annotated = (addresses: string) => (): Secret => {
    const { metadata, ...rest } = secret({ password: 'from secret', sudoPassword: 'sudo' });
    return { ...rest, metadata: { ...metadata, annotations: { [loginAddressesAnnotation]: addresses } } };
  };
  const proxy = { type: 'SSHJumpServer' as const, ip: '10.9.9.9', password: base64('hop') };
  const refused = (field: string) =>
    expect.objectContaining({
      code: 'LoginAddressRefused',
      class: 'NeedsUser',
      message: expect.stringContaining(`Secret login must not be used with ${field}: its annotation`),
      remedy: expect.stringContaining('platform.tkestack.io/login-addresses'),
    });

  test('is shown to these', () => {
    const target = hostTarget(host({ login: named }), annotated('192.168.0.0/16, 10.0.0.1'));
    expect(text(target.credentials.password)).toBe('from secret');
  });

  test.each([['10.0.0.2'], ['10.0.0.0/32'], ['fd00::/8'], ['']])(
    'is not shown to one that is not in %j',
    (addresses) => {
      expect(() => hostTarget(host({ login: named }), annotated(addresses))).toThrow(refused('ip 10.0.0.1'));
    },
  );

  test('is not shown to a host behind a proxy that is not: the proxy could answer in its place', () => {
    expect(() => hostTarget(host({ login: named, proxy }), annotated('10.0.0.0/24'))).toThrow(
      refused('proxy.ip 10.9.9.9'),
    );
    expect(hostTarget(host({ login: named, proxy }), annotated('10.0.0.0/8')).via?.kind).toBe('jump');
  });

  test('of a proxy is for the proxy', () => {
    const hop = { type: 'SSHJumpServer' as const, ip: '10.9.9.9', ...named };
    expect(hostTarget(host({ proxy: hop }), annotated('10.9.9.9')).via?.kind).toBe('jump');
    expect(() => hostTarget(host({ proxy: hop }), annotated('10.0.0.1'))).toThrow(refused('proxy.ip 10.9.9.9'));
  });

  test('is not shown to names: whoever answers for DNS decides what they mean', () => {
    const socks = { type: 'SOCKS5' as const, ip: 'proxy.example.com', port: 1080 };
    expect(() => hostTarget(host({ login: named, proxy: socks }), annotated('0.0.0.0/0'))).toThrow(
      refused('proxy.ip proxy.example.com'),
    );
  });

  test('is shown to nobody when that cannot be read', () => {
    expect(() => hostTarget(host({ login: named }), annotated('10.0.0.1, 10.0.0.0/99'))).toThrow(
      expect.objectContaining({
        code: 'InvalidAddressRange',
        class: 'NeedsUser',
        message: expect.stringContaining('of Secret login holds "10.0.0.0/99"'),
      }),
    );
  });
});

describe('the way through a proxy', () => {
  test('of TKEStack with empty values is none', () => {
    const proxy = { type: '' as const, ip: '', port: 0, username: '', password: '' };
    expect(hostTarget(host({ proxy }), none).via).toBeUndefined();
  });

  test('may be a jump server with a login and keys of its own', () => {
    const proxy = { type: 'SSHJumpServer' as const, ip: '10.9.9.9', username: 'hop', ...named };
    const { via } = hostTarget(host({ proxy }), () => secret({ password: 'hop' }));
    const { target } = via as { target: HostTarget };
    expect(target).toMatchObject({ address: '10.9.9.9', port: 22, user: 'hop', hostKeys: { kind: 'trustOnFirstUse' } });
    expect(text(target.credentials.password)).toBe('hop');
  });

  test('may be a SOCKS proxy, which needs no login', () => {
    const proxy = { type: 'SOCKS5' as const, ip: 'proxy.example.com', port: 1080 };
    expect(hostTarget(host({ proxy }), none).via).toMatchObject({
      kind: 'socks5',
      address: 'proxy.example.com',
      port: 1080,
      user: undefined,
      password: undefined,
    });
  });
});

describe('the host key', () => {
  const pinned = (part: Partial<KnownHost>) => hostTarget(host(part), none).hostKeys;

  test('must be one of spec, whatever was seen before', () => {
    const login = { password: base64('x'), hostKeys: [fingerprint('A')] };
    expect(pinned({ login, record: { hostKeys: [fingerprint('B')] } })).toEqual({
      kind: 'pinned',
      pins: [{ type: undefined, fingerprint: fingerprint('A') }],
    });
  });

  test('must be the one seen before where spec has none', () => {
    expect(pinned({ record: { hostKeys: [fingerprint('B')] } })).toMatchObject({ kind: 'pinned' });
  });

  test('is kept when the host is met first, that of a jump server beside it', async () => {
    const kept: HostRecord[] = [];
    const proxy = { type: 'SSHJumpServer' as const, ip: '10.9.9.9', password: base64('x') };
    const target = hostTarget(host({ proxy, remember: (found) => Promise.resolve(void kept.push(found)) }), none);
    const jump = (target.via as { target: HostTarget }).target;
    for (const [{ hostKeys }, letter] of [
      [target, 'A'],
      [jump, 'B'],
    ] as const) {
      expect(hostKeys.kind).toBe('trustOnFirstUse');
      await (hostKeys as Extract<typeof hostKeys, { kind: 'trustOnFirstUse' }>).store({
        type: 'ssh-ed25519',
        fingerprint: fingerprint(letter),
      });
    }
    expect(kept).toEqual([{ hostKeys: [fingerprint('A')] }, { proxyHostKeys: [fingerprint('B')] }]);
  });

  test('of a host of another object must be known: nobody else would learn it', () => {
    const other: KnownHost = { ip: '10.0.0.1', login: host().login, proxy: undefined, tenantID: '', record: {} };
    expect(() => hostTarget(other, none)).toThrow(
      expect.objectContaining({ code: 'HostKeyNotKnown', class: 'Retryable' }),
    );
    expect(hostTarget({ ...other, record: { hostKeys: [fingerprint('B')] } }, none).hostKeys.kind).toBe('pinned');
  });
});
