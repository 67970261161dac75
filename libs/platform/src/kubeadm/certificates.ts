import type { Attempt, Waiting } from '@tke/plan';

import type { HostsScope } from '../build/scope-builder.ts';
import { isWaiting, type HostSession } from '../hosts/host-session.ts';
import { stateFolder } from '../hosts/state-folder.ts';
import type { RenewalScope } from '../renewal/renewal-scope.ts';
import { clusterConfiguration, kubeadmApi } from './cluster-configuration.ts';
import { kubeadmErrors } from './errors.ts';
import { apiServerPort, criSocket } from './paths.ts';
import { yamlDocuments } from './yaml.ts';

/** One that kubeadm has issued on a host. */
export interface HostCertificate {
  /** As kubeadm calls it: `apiserver-etcd-client`, `admin.conf`. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

const timeoutMs = 60_000;
const renewLimitMs = 5 * 60_000;

/** Which renewal was the last on a host. */
const renewedPath = `${stateFolder}/renewed`;

/** kubeadm opens its standard input by name, which only works for files and pipes. */
const listScript = 'cat | kubeadm certs check-expiration --output json --config /dev/stdin';
/** $1 what the renewal is called, $2 the file that says which one was the last here. */
const renewScript = `
[ "$(cat "$2" 2> /dev/null)" != "$1" ] || exit 0
cat | kubeadm certs renew all --config /dev/stdin && printf '%s\\n' "$1" > "$2"
`;

/**
 * What a host of a control plane lives by, but for what kubeadm cannot renew because the key of its authority is not there. Asks files
 * only, so it works when no certificate does any more. Rejects with CertificatesUnreadable, or with what keeps the host from answering.
 */
export async function hostCertificates(scope: HostsScope, ip: string): Promise<readonly HostCertificate[]> {
  const session = await scope.session(ip);
  const { stdout } = await session.script(listScript, [], { stdin: configuration(scope, ip), timeoutMs });
  return parsed(stdout, ip);
}

/**
 * Renews all of them, once for a renewal, however many attempts that takes: what is restarted after it would else not be what was renewed
 * last. The files are new afterwards, what runs is not.
 */
export async function renewHostCertificates(
  scope: HostsScope & Pick<RenewalScope, 'renewal'>,
  session: HostSession,
  attempt: Attempt,
): Promise<Waiting | undefined> {
  const result = await session.job(attempt, ['sh', '-c', renewScript, 'renew', scope.renewal(), renewedPath], {
    limitMs: renewLimitMs,
    stdin: configuration(scope, session.ip),
  });
  return isWaiting(result) ? { ...result, message: `kubeadm renews the certificates on ${session.ip}` } : undefined;
}

/** Without it kubeadm would ask the cluster, which may not answer, and else take its defaults. */
function configuration(scope: HostsScope, ip: string): string {
  return yamlDocuments(
    {
      apiVersion: kubeadmApi,
      kind: 'InitConfiguration',
      localAPIEndpoint: { advertiseAddress: ip, bindPort: apiServerPort },
      nodeRegistration: { name: 'any', criSocket },
    },
    clusterConfiguration({ ...scope, authorization: undefined }),
  );
}

interface ExpirationInfo {
  readonly certificates?: readonly {
    readonly name: string;
    readonly expirationDate: string | null;
    readonly externallyManaged?: boolean;
    readonly missing?: boolean;
  }[];
}

/** CertificateExpirationInfo of output.kubeadm.k8s.io/v1alpha3. */
function parsed(output: string, ip: string): readonly HostCertificate[] {
  try {
    const { certificates = [] } = JSON.parse(output.slice(output.indexOf('{'))) as ExpirationInfo;
    return certificates.flatMap(({ name, expirationDate, externallyManaged, missing }) =>
      missing === true || externallyManaged === true || expirationDate === null
        ? []
        : [{ name, notAfter: Date.parse(expirationDate) }],
    );
  } catch (error) {
    throw kubeadmErrors.CertificatesUnreadable(`kubeadm on ${ip} did not list its certificates in JSON`, {
      cause: error,
    });
  }
}
