import { createHash } from 'node:crypto';

import { dump } from 'js-yaml';

import { certificateInfo, type CertificateAndKey } from '@tke/pki';

import { timestampOf } from '../observe/timestamp.ts';
import { authorizationConfiguration, hasAuthorizationConfiguration } from './authorization-configuration.ts';
import { renewalOf } from './client-certificate.ts';
import { readme } from './readme.ts';
import type { AuthorizationSettings } from './settings.ts';
import { webhookKubeconfig } from './webhook-kubeconfig.ts';

/** Where the files stand on hosts of a control plane. */
export const authorizationFolder = '/etc/kubernetes/tke-authz';

/** Names of the files, and keys of the Secret. */
export const configurationFile = 'authorization-configuration.yaml';
export const kubeconfigFile = 'webhook.kubeconfig';
const readmeFile = 'README.md';

export interface AuthorizationSubject {
  /** Name of the Cluster. */
  readonly cluster: string;
  /** Version of its API servers. */
  readonly kubernetes: string;
}

export type AuthorizationFiles = Readonly<Record<string, string>>;

/** What gives a cluster its central authorization. Equal for equal parameters. */
export function authorizationFiles(
  { cluster, kubernetes }: AuthorizationSubject,
  settings: AuthorizationSettings,
  client: CertificateAndKey,
): AuthorizationFiles {
  const { notAfter } = certificateInfo(client.certPem);
  const kubeconfig = webhookKubeconfig(cluster, settings, client);
  const endsAt = timestampOf(notAfter);
  const structured = hasAuthorizationConfiguration(kubernetes);
  const configuration = () =>
    dump(
      authorizationConfiguration({
        kubeConfigFile: `${authorizationFolder}/${kubeconfigFile}`,
        kubernetes,
        revision: `kubeconfig ${createHash('sha256').update(kubeconfig).digest('hex')}`,
      }),
    );
  return {
    ...(structured && { [configurationFile]: configuration() }),
    [kubeconfigFile]: kubeconfig,
    [readmeFile]: readme({
      ...{ cluster, structured, endsAt, folder: authorizationFolder, webhookUrl: settings.webhookUrl },
      renewedAt: timestampOf(renewalOf(client.certPem)),
    }),
  };
}
