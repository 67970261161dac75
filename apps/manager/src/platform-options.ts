import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { codedErrors } from '@tke/errors';
import type { Logger } from '@tke/log';
import { AddressGuard, AddressRanges } from '@tke/net';
import { packageSource, type PackageSource } from '@tke/package-source';
import { authorizationSettings, TenantFiles, type AuthorizationSettings, type PlatformFiles } from '@tke/platform';
import { required, type commonFlags, type Flags } from '@tke/runtime';
import { systemClock } from '@tke/time';

import type { flags as ownFlags } from './flags.ts';

type ManagerFlags = Flags<typeof ownFlags & typeof commonFlags>;

export const optionErrors = codedErrors({
  PackagesNotConfigured: {
    class: 'NeedsUser',
    meaning:
      'A cluster shall be built, and the manager was started without `--packages`: it has no programs and images for hosts.',
    remedy:
      'Build packages with `make packages`, and name their folder or a mirror of it in the flag --packages of the manager.',
  },
  FilesNotConfigured: {
    class: 'NeedsUser',
    meaning: 'A cluster has `features.files`, and the manager was started without `--files`: it has none.',
    remedy: 'Name the folder with the files of features.files in the flag --files of the manager.',
  },
});

/** Where hosts' software comes from. Without the flag there is none, which is told to whoever wants to build a cluster. */
export function packagesOf(flags: ManagerFlags, logger: Logger): PackageSource {
  const { packages, 'package-cache': cacheFolder } = flags;
  if (packages === undefined) {
    const missing = () => Promise.reject(optionErrors.PackagesNotConfigured('the manager has no packages for hosts'));
    return { location: '', release: missing };
  }
  const location = /^https?:/.test(packages) ? packages : resolve(packages);
  return packageSource(location, { cacheFolder, clock: systemClock, logger });
}

/** The files that Clusters may name. */
export function filesOf({ files }: ManagerFlags): PlatformFiles {
  return files === undefined
    ? { find: () => Promise.reject(optionErrors.FilesNotConfigured('the manager has no folder of files')) }
    : new TenantFiles(resolve(files));
}

/** What keeps members, hosts and proxies from being anything in the network of the manager. Throws InvalidAddressRange. */
export function guardOf(flags: ManagerFlags): AddressGuard {
  const flag = 'denied-member-addresses';
  return new AddressGuard({
    denied: AddressRanges.parse(flags[flag], `--${flag}`),
    owner: 'the manager',
    remedy: `Give another address, or have an administrator of the platform take the range out of the flag --${flag} of the manager.`,
  });
}

/** Undefined where members get no central authorization. Throws FlagInvalid or InvalidAuthorizationSettings. */
export async function authorizationOf(flags: ManagerFlags): Promise<AuthorizationSettings | undefined> {
  const { 'authz-webhook-url': webhookUrl } = flags;
  if (webhookUrl === undefined) {
    return undefined;
  }
  const read = (flag: 'authz-webhook-ca' | 'authz-client-ca' | 'authz-client-ca-key') =>
    readFile(required(flag, flags[flag]), 'utf8');
  const [webhookCa, certPem, keyPem] = await Promise.all([
    read('authz-webhook-ca'),
    read('authz-client-ca'),
    read('authz-client-ca-key'),
  ]);
  return authorizationSettings({ webhookUrl, webhookCa, clientCa: { certPem, keyPem } });
}
