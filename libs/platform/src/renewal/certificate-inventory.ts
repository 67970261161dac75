import type { Clock } from '@tke/time';

import type { HostsScope } from '../build/scope-builder.ts';
import { hostCertificates } from '../kubeadm/certificates.ts';
import { hostCertificateName, hostOf, type Certificate } from '../observe/certificates.ts';
import { renewalTime } from '../observe/renewal-time.ts';
import { timestampOf } from '../observe/timestamp.ts';
import { endsPass } from '../objects/ends-pass.ts';

/** Hosts are asked over SSH, for dates that change once in months. */
const intervalMs = 12 * 3_600_000;
/** One that could not tell. */
const retryMs = 600_000;

interface Known {
  readonly at: number;
  readonly complete: boolean;
  readonly certificates: readonly Certificate[];
}

/** What hosts of control planes live by: of each host the certificate that ends first. */
export class CertificateInventory {
  readonly #clock: Clock;
  /** By UID of the Cluster. */
  readonly #known = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What was found out last; before that what the status says. Asks nobody. */
  known({ cluster }: Pick<HostsScope, 'cluster'>): readonly Certificate[] {
    const { certificates = [] } = cluster.status ?? {};
    return (
      this.#known.get(uidOf(cluster))?.certificates ?? certificates.filter(({ name }) => hostOf(name) !== undefined)
    );
  }

  /** Asks hosts where that is long ago. Of a host that does not answer, what was known stays. Rejects with what ends the pass only. */
  async refresh(scope: HostsScope, signal: AbortSignal): Promise<void> {
    const uid = uidOf(scope.cluster);
    const known = this.#known.get(uid);
    const now = this.#clock.monotonic();
    if (known !== undefined && now - known.at < (known.complete ? intervalMs : retryMs)) {
      return;
    }
    const before = this.known(scope);
    const answers = await Promise.all(scope.controlPlane.map((ip) => asked(scope, ip, signal)));
    this.#known.set(uid, {
      at: now,
      complete: !answers.includes('silent'),
      certificates: answers.flatMap((answer, i) =>
        answer === 'silent' ? before.filter(({ name }) => hostOf(name) === scope.controlPlane[i]) : answer,
      ),
    });
  }

  forget(uid: string): void {
    this.#known.delete(uid);
  }
}

async function asked(scope: HostsScope, ip: string, signal: AbortSignal): Promise<readonly Certificate[] | 'silent'> {
  try {
    const found = await hostCertificates(scope, ip);
    const [first] = found.toSorted((a, b) => a.notAfter - b.notAfter);
    return first === undefined
      ? []
      : [
          {
            name: hostCertificateName(first.name, ip),
            notAfter: timestampOf(first.notAfter),
            renewAt: timestampOf(renewalTime(first.notAfter)),
          },
        ];
  } catch (error) {
    if (endsPass(error, signal)) {
      throw error;
    }
    return 'silent';
  }
}

function uidOf({ metadata }: HostsScope['cluster']): string {
  return metadata.uid ?? '';
}
