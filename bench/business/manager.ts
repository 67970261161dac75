// A manager with the controllers of business.tkestack.io, in a process of its own: node manager.ts <kubeconfig of the hub>
import { setupBusiness } from '@tke/business';
import { connect } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { ClusterFollower, MemberClusters } from '@tke/member-cluster';
import { Cache, Manager } from '@tke/runtime';

/** What a manager has done since it started. */
export interface ManagerFigures {
  readonly rssMiB: number;
  readonly cpuSeconds: number;
  /** Requests that change something, to the hub and to members. */
  readonly hubWrites: number;
  readonly memberWrites: number;
  /** All others, but for those that keep the Lease; watches are among them. */
  readonly reads: number;
}

export type ManagerMessage = { readonly leading: true } | { readonly figures: ManagerFigures };

const namespace = 'tke-system';
const counts = { hubWrites: 0, memberWrites: 0, reads: 0 };

function counting(writes: 'hubWrites' | 'memberWrites') {
  return ({ method }: { readonly method: string }) => {
    counts[method === 'GET' ? 'reads' : writes]++;
  };
}

function tell(message: ManagerMessage): void {
  process.send?.(message);
}

async function main(): Promise<void> {
  const setup = { kubeconfig: process.argv[2] ?? '', userAgent: 'bench', logger: discardLogger };
  const client = await connect({ ...setup, onRequest: counting('hubWrites') });
  // The Lease is renewed every few seconds whatever there is to do.
  const own = await connect(setup);
  const cache = new Cache({ reader: client, logger: discardLogger });
  const leaderElection = { namespace, name: 'manager' };
  const manager = new Manager({ client: own, cache, logger: discardLogger, leaderElection });
  const members = new MemberClusters({
    userAgent: 'bench',
    logger: discardLogger,
    onRequest: counting('memberWrites'),
  });
  manager.add(members);
  manager.add(new ClusterFollower({ cache, members, namespace }));
  setupBusiness({ manager, cache, client, members, recorder: manager.recorder });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const rssMiB = process.memoryUsage().rss / 2 ** 20;
    tell({ figures: { rssMiB, cpuSeconds: (user + system) / 1e6, ...counts } });
  });
  process.on('disconnect', () => process.exit());
  void manager.elected.then(() => tell({ leading: true }));
  await manager.start(new AbortController().signal);
}

await main();
