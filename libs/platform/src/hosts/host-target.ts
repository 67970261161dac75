import { secretTenantLabel, type SshLogin } from '@tke/api-platform';
import { parseHostKeyPin, Secret, type Credentials, type HostKeyPolicy, type HostTarget, type Via } from '@tke/host';
import type { coreKinds, DeepReadonly } from '@tke/meta';

import { platformErrors } from '../errors.ts';
import type { HostRecord, KnownHost } from './known-host.ts';
import {
  hostAddresses,
  loginAddressesAnnotation,
  loginRefusal,
  proxyAddresses,
  type NamedAddress,
} from './login-addresses.ts';
import { nonEmpty } from './non-empty.ts';

/** A Secret of the platform namespace by name; undefined where there is none with the label of tenants. */
export type FindSecret = (name: string) => DeepReadonly<coreKinds.Secret> | undefined;

const defaultPort = 22;
const defaultUser = 'root';

/**
 * The way to a host and what to show there. Throws SecretNotFound, SecretOfAnotherTenant, LoginAddressRefused, InvalidAddressRange,
 * LoginIncomplete or InvalidHostKey (NeedsUser), or HostKeyNotKnown (Retryable) for a host of another object that has not shown its key yet.
 */
export function hostTarget(host: KnownHost, findSecret: FindSecret): HostTarget {
  const { ip, login } = host;
  const { credentials, sudoPassword } = required(
    loginSecrets(login, hostAddresses(host), host, findSecret),
    `host ${ip}`,
  );
  return {
    address: ip,
    port: portOf(login),
    user: userOf(login),
    credentials,
    sudoPassword,
    hostKeys: hostKeyPolicy(host, login.hostKeys, 'hostKeys'),
    via: wayTo(host, findSecret),
  };
}

function wayTo(host: KnownHost, findSecret: FindSecret): Via | undefined {
  const { proxy } = host;
  if (!proxy?.type) {
    return undefined;
  }
  const { ip: address = '' } = proxy;
  const secrets = loginSecrets(proxy, proxyAddresses(proxy), host, findSecret);
  if (proxy.type === 'SOCKS5') {
    const { password } = secrets.credentials;
    return { kind: 'socks5', address, port: proxy.port ?? 0, user: nonEmpty(proxy.username), password };
  }
  const { credentials } = required(secrets, `jump server ${address}`);
  const hostKeys = hostKeyPolicy(host, proxy.hostKeys, 'proxyHostKeys');
  return {
    kind: 'jump',
    target: { address, port: portOf(proxy), user: userOf(proxy), credentials, hostKeys },
  };
}

function portOf({ port = 0 }: DeepReadonly<SshLogin>): number {
  return port === 0 ? defaultPort : port;
}

function userOf({ username }: DeepReadonly<SshLogin>): string {
  return nonEmpty(username) ?? defaultUser;
}

interface LoginSecrets {
  readonly credentials: Credentials;
  readonly sudoPassword: Secret | undefined;
}

/** What the Secret has comes before what stands in the object itself. */
function loginSecrets(
  login: DeepReadonly<SshLogin>,
  shownTo: readonly NamedAddress[],
  { tenantID }: KnownHost,
  findSecret: FindSecret,
): LoginSecrets {
  const name = login.credentialSecretRef?.name;
  const secret = name === undefined ? undefined : secretOf(name, tenantID, findSecret);
  requireAddresses(secret, shownTo);
  const data: SecretData = secret?.data ?? {};
  const value = (key: 'password' | 'privateKey' | 'passPhrase') => nonEmpty(data[key]) ?? nonEmpty(login[key]);
  return {
    credentials: {
      password: oneLine(value('password')),
      privateKey: bytes(value('privateKey')),
      passphrase: oneLine(value('passPhrase')),
    },
    sudoPassword: oneLine(data.sudoPassword),
  };
}

type LoginSecret = DeepReadonly<coreKinds.Secret>;
type SecretData = Readonly<Partial<Record<'password' | 'privateKey' | 'passPhrase' | 'sudoPassword', string>>>;

function secretOf(name: string, tenantID: string, findSecret: FindSecret): LoginSecret {
  const secret = findSecret(name);
  if (secret === undefined) {
    throw platformErrors.SecretNotFound(
      `credentialSecretRef names Secret ${name}, and there is none with the label ${secretTenantLabel}`,
    );
  }
  if (secret.metadata.labels?.[secretTenantLabel] !== tenantID) {
    throw platformErrors.SecretOfAnotherTenant(
      `credentialSecretRef names Secret ${name}, whose label ${secretTenantLabel} is not ${JSON.stringify(tenantID)}`,
    );
  }
  return secret;
}

/** Before anything of the Secret is used: a password that a host has seen cannot be taken back. */
function requireAddresses(secret: LoginSecret | undefined, shownTo: readonly NamedAddress[]): void {
  const refusal = secret && loginRefusal(secret, shownTo);
  if (refusal !== undefined) {
    const { field, address, allowed } = refusal;
    throw platformErrors.LoginAddressRefused(
      `Secret ${secret?.metadata.name ?? ''} must not be used with ${field} ${address}: its annotation ${loginAddressesAnnotation} has ${JSON.stringify(allowed)} only`,
    );
  }
}

function required(secrets: LoginSecrets, what: string): LoginSecrets {
  const { password, privateKey } = secrets.credentials;
  if (password === undefined && privateKey === undefined) {
    throw platformErrors.LoginIncomplete(`there is neither password nor privateKey for ${what}`);
  }
  return secrets;
}

function bytes(base64: string | undefined): Secret | undefined {
  return base64 === undefined ? undefined : new Secret(Buffer.from(base64, 'base64'));
}

/** The line end that an editor or `echo` leaves behind is no part of a password. */
function oneLine(base64: string | undefined): Secret | undefined {
  const text = Buffer.from(base64 ?? '', 'base64')
    .toString('utf8')
    .replace(/\r?\n$/, '');
  return text === '' ? undefined : new Secret(text);
}

/** Keys that spec demands, else those it has shown before, else that of the first connection. */
function hostKeyPolicy(
  { ip, record, remember }: KnownHost,
  wanted: readonly string[] = [],
  field: keyof HostRecord & ('hostKeys' | 'proxyHostKeys'),
): HostKeyPolicy {
  const pins = wanted.length > 0 ? wanted : (record[field] ?? []);
  if (pins.length > 0) {
    return { kind: 'pinned', pins: pins.map(parseHostKeyPin) };
  }
  if (remember === undefined) {
    const whose = field === 'hostKeys' ? ip : `the jump server of ${ip}`;
    throw platformErrors.HostKeyNotKnown(`the host key of ${whose} is not known yet`);
  }
  return { kind: 'trustOnFirstUse', store: ({ fingerprint }) => remember({ [field]: [fingerprint] }) };
}
