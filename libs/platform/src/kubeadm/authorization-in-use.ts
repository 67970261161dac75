import type { HostSession } from '../hosts/host-session.ts';
import { apiServerOf } from './control-plane-endpoint.ts';
import { adminConf, authzConfigPath, manifestFolder, superAdminConf } from './paths.ts';

/** What an API server does with the AuthorizationConfiguration on its host. */
export type InUse =
  | { readonly kind: 'current' }
  /** It has not looked yet. */
  | { readonly kind: 'pending' }
  /** It has looked, and goes on with the former one. */
  | { readonly kind: 'refused' }
  /** It was not told of any. */
  | { readonly kind: 'off' };

/**
 * $1 server, $2 file, $3 manifest of the API server. Compares when the file was written with when the process began, and with when it last took up a file or failed to:
 * k8s.io/apiserver, pkg/server/options/authorizationconfig/metrics. A file that says the same in other words is taken up without a trace,
 * so two looks without a failure count as well. All clocks are the host's.
 */
const script = `
conf=${superAdminConf}
[ -e "$conf" ] || conf=${adminConf}
written=$(stat -c %.6Y "$2") || exit 1
if [ -e "$3" ] && ! grep -qF -- "--authorization-config=$2" "$3"; then echo off; exit; fi
kubectl --kubeconfig "$conf" --server "$1" --request-timeout 10s get --raw /metrics 2> /dev/null |
  awk -v written="$written" -v now="$(date +%s)" '
    /^process_start_time_seconds / { began = $2 + 0 }
    /^apiserver_authorization_config_controller_automatic_reload_last_timestamp_seconds/ {
      if ($0 ~ /status="success"/) { good = $NF + 0 } else { bad = $NF + 0 }
    }
    END {
      if (began == 0) { print "pending" }
      else if (began > written || good > written) { print "current" }
      else if (bad > written) { print "refused" }
      else { print (now - written > 130 ? "current" : "pending") }
    }'
`;

/** Rejects with what keeps the host from answering; an API server that does not answer is pending. */
export async function authorizationInUse(session: HostSession): Promise<InUse> {
  const manifest = `${manifestFolder}/kube-apiserver.yaml`;
  const { stdout } = await session.script(script, [apiServerOf(session.ip), authzConfigPath, manifest], {
    timeoutMs: 30_000,
  });
  switch (stdout.trim()) {
    case 'current':
      return { kind: 'current' };
    case 'refused':
      return { kind: 'refused' };
    case 'off':
      return { kind: 'off' };
    default:
      return { kind: 'pending' };
  }
}
