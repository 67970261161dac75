import type { Waiting } from '@tke/plan';

import type { HostSession } from '../hosts/host-session.ts';
import { apiServerOf } from './control-plane-endpoint.ts';
import { adminConf, superAdminConf } from './paths.ts';

const retryAfterMs = 1000;

/**
 * $1 server. super-admin.conf is on the first host alone; it needs none of the rights that are made later. Where the
 * kubelet does not run, nothing else will: then its last words are what is of interest.
 */
const probe = `
conf=${superAdminConf}
[ -e "$conf" ] || conf=${adminConf}
kubectl --kubeconfig "$conf" --server "$1" --request-timeout 5s get --raw /readyz > /dev/null && exit 0
state=$(systemctl is-active kubelet)
[ "$state" = active ] || { echo "the kubelet is $state:"; journalctl -u kubelet -n 1 -o cat --no-pager; } >&2
exit 1
`;

/** Asks the API server of the host itself, over the host: whatever is in front of it need not work yet. */
export async function waitForApiServer(session: HostSession): Promise<Waiting | undefined> {
  const { exitCode, stderr } = await session.script(probe, [apiServerOf(session.ip)], {
    exitCodes: [0, 1],
    timeoutMs: 30_000,
  });
  if (exitCode === 0) {
    return undefined;
  }
  return { message: `the API server on ${session.ip} is not ready: ${why(stderr)}`, retryAfterMs };
}

/**
 *  An API server that answers lists its checks, and marks those that fail:
 * kubernetes.io/docs/reference/using-api/health-checks
 */
function why(stderr: string): string {
  const failing = [...stderr.matchAll(/\[-\]([\w./-]+) failed/g)].map(([, check = '']) => check);
  return failing.length > 0
    ? `it waits for ${failing.join(', ')}`
    : stderr.trim().split('\n').slice(-2).join(' ').slice(-500);
}
