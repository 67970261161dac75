import type { Secret } from '../secret.ts';
import type { HostKey, HostKeyPin } from './host-key.ts';

/** At least one of password and key. Both are tried where both are given. */
export interface Credentials {
  /** Also the answer to a keyboard-interactive question for it. */
  readonly password?: Secret | undefined;
  /** OpenSSH or PEM. */
  readonly privateKey?: Secret | undefined;
  readonly passphrase?: Secret | undefined;
}

/**
 * How the host proves that it is the one meant. There is no way to connect without: a password would go to whoever
 * answers at the address.
 */
export type HostKeyPolicy =
  | { readonly kind: 'pinned'; readonly pins: readonly HostKeyPin[] }
  | {
      readonly kind: 'trustOnFirstUse';
      /** Keeps the key. Credentials are sent only after this has resolved; a rejection ends the attempt. */
      readonly store: (key: HostKey) => Promise<void>;
    };

/** The way to a host that cannot be reached directly. */
export type Via =
  | { readonly kind: 'jump'; readonly target: HostTarget }
  | {
      readonly kind: 'socks5';
      readonly address: string;
      readonly port: number;
      readonly user?: string | undefined;
      readonly password?: Secret | undefined;
    };

export interface HostTarget {
  /** Name or IP address. */
  readonly address: string;
  /** Default 22. */
  readonly port?: number | undefined;
  readonly user: string;
  readonly credentials: Credentials;
  readonly hostKeys: HostKeyPolicy;
  /** What sudo may ask for. Default: the password of the credentials. */
  readonly sudoPassword?: Secret | undefined;
  readonly via?: Via | undefined;
}

/** `user@address:port`, as errors and logs name the host. */
export function targetName({ user, address, port = 22 }: HostTarget): string {
  return `${user}@${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** Every secret of a target, of the hosts on the way as well. */
export function targetSecrets({ credentials, sudoPassword, via }: HostTarget): readonly Secret[] {
  const { password, privateKey, passphrase } = credentials;
  const own = [password, privateKey, passphrase, sudoPassword].filter((secret) => secret !== undefined);
  if (via === undefined) {
    return own;
  }
  if (via.kind === 'jump') {
    return [...own, ...targetSecrets(via.target)];
  }
  return via.password === undefined ? own : [...own, via.password];
}
