import type { HostSession } from '../../hosts/host-session.ts';
import { apiServerName } from '../../kubeadm/api-server-name.ts';

/** At the end of lines of /etc/hosts that are ours. */
const mark = '# tke';

/**
 * Shell function: replaces our lines of /etc/hosts by one for each address given, none for none. Other lines are never touched.
 * The file is exchanged as a whole where that works; in containers it may be a mount, which can only be overwritten.
 */
export const etcHostsFunction = `
api_server_hosts() {
  [ -f /etc/hosts ] || : > /etc/hosts
  new=/etc/.hosts.tke
  rm -f -- "$new"
  cp -p -- /etc/hosts "$new" && sed '/[[:space:]]${apiServerName.replaceAll('.', '\\.')}[[:space:]]*${mark}$/d' /etc/hosts > "$new" || return 1
  if [ $# -gt 0 ] && [ -n "$(tail -c 1 "$new")" ]; then echo >> "$new"; fi
  for address; do printf '%s\\t%s %s\\n' "$address" '${apiServerName}' '${mark}' >> "$new" || return 1; done
  if ! cmp -s "$new" /etc/hosts; then
    sync -- "$new"
    mv -T -- "$new" /etc/hosts 2>/dev/null || cat "$new" > /etc/hosts || return 1
  fi
  rm -f -- "$new"
}
`;

/** Makes the host find the API server at these addresses, the first one first. */
export async function pointAPIServerHost(session: HostSession, addresses: readonly string[]): Promise<void> {
  await session.script(`${etcHostsFunction}\napi_server_hosts "$@"`, addresses);
}
