import { isIPv6 } from 'node:net';
import { basename } from 'node:path/posix';

import { ownedNetwork } from './owned-network.ts';
import { routesPath } from './paths.ts';

export interface ScriptOptions {
  /** Blocks of all pods of the cluster. */
  readonly podCidrs: readonly string[];
  /** Device that leads to the other hosts; absent: what the routes of the host say. */
  readonly device: string | undefined;
}

const [masquerade, forward] = ownedNetwork.iptablesChains;
const [table] = ownedNetwork.nftTables;

/**
 * Shell script that makes the network of a host what it shall be, however often it runs: routes to the pods of other
 * hosts as the file of routes says and no others of ours; pods that talk to the outside do so with the address of the
 * host; their packets are forwarded.
 *
 * iptables comes before nft: Docker and distributions drop in FORWARD of iptables, and only a rule there lets pods
 * through. Our rule is the last of FORWARD, so that those of kube-proxy for services without endpoints are asked first.
 * Each set of rules is exchanged in one transaction: connections are not disturbed.
 */
export function networkScript({ podCidrs, device }: ScriptOptions): string {
  const four = podCidrs.find((cidr) => !isBlockOfIPv6(cidr)) ?? '';
  const six = podCidrs.find(isBlockOfIPv6) ?? '';
  return `#!/bin/sh
# Written by TKE, run by tke-network.service. Changes get lost.
four='${four}' six='${six}' device='${device === undefined ? '' : `dev ${device}`}'
protocol=${ownedNetwork.routeProtocol}
${body}`;
}

const body = `folder=$(dirname -- "$0") status=0
routes=$folder/${basename(routesPath)}
exec 9< "$folder" && flock -w 30 9 || exit 1

is_wanted() {
  while read -r wanted rest; do
    [ "$wanted" = "$1" ] && return 0
  done < "$routes"
  return 1
}

remove_stale() {
  ip "$1" route show proto "$protocol" | while read -r block rest; do
    is_wanted "$block" || ip "$1" route del "$block" proto "$protocol"
  done
}

add_routes() {
  while read -r block via; do
    case $block in *:*) family=-6 ;; *) family=-4 ;; esac
    ip "$family" route replace "$block" via "$via" $device proto "$protocol" ||
      { echo "no route to $block via $via: hosts must share a network segment" >&2; status=1; }
  done < "$routes"
}

works() { command -v "$1" > /dev/null && "$1" -w 5 -t nat -S POSTROUTING > /dev/null 2>&1; }

with_iptables() {
  "$1-restore" -w 5 --noflush << EOF || return 1
*nat
:${masquerade} - [0:0]
-A ${masquerade} -s $2 ! -d $2 -j MASQUERADE
COMMIT
*filter
:${forward} - [0:0]
-A ${forward} -s $2 -j ACCEPT
-A ${forward} -d $2 -j ACCEPT
COMMIT
EOF
  jump "$1" nat POSTROUTING ${masquerade} && jump "$1" filter FORWARD ${forward}
}

jump() { "$1" -w 5 -t "$2" -C "$3" -j "$4" 2> /dev/null || "$1" -w 5 -t "$2" -A "$3" -j "$4"; }

with_nft() {
  nft -f - << EOF
table ${table}
delete table ${table}
table ${table} {
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    \${four:+ip saddr $four ip daddr != $four masquerade}
    \${six:+ip6 saddr $six ip6 daddr != $six masquerade}
  }
}
EOF
}

[ -e "$routes" ] || : > "$routes"
[ -z "$four" ] || remove_stale -4
[ -z "$six" ] || remove_stale -6
add_routes
if { [ -z "$four" ] || works iptables; } && { [ -z "$six" ] || works ip6tables; }; then
  [ -z "$four" ] || with_iptables iptables "$four" || status=1
  [ -z "$six" ] || with_iptables ip6tables "$six" || status=1
elif command -v nft > /dev/null; then
  with_nft || status=1
else
  echo 'neither iptables nor nft works here: install one of them' >&2
  status=1
fi
exit "$status"
`;

function isBlockOfIPv6(cidr: string): boolean {
  return isIPv6(cidr.split('/')[0] ?? '');
}
