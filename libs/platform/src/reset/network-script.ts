import { ownedNetwork } from '../network/owned-network.ts';

/** Chains of iptables: those of Kubernetes and of CNI plugins, and ours. */
const chains = ['KUBE-[A-Za-z0-9-]*', 'CNI-[A-Za-z0-9-]*', ...ownedNetwork.iptablesChains].join('|');

/** Tables of nftables: those of kube-proxy and of CNI plugins, and ours. */
const tables = [
  ...['ip kube-proxy', 'ip6 kube-proxy', 'ip cni_hostport', 'ip6 cni_hostport', 'inet cni_plugins_masquerade'],
  ...ownedNetwork.nftTables,
];

const links = [...ownedNetwork.links, 'kube-ipvs0'];

/**
 * Functions: take links, routes and rules of packets away that are a cluster's. iptables may keep rules in nf_tables or in its own old
 * tables; where nft is there it sees the former, whatever variant of iptables the host has.
 */
export const networkScript = `
remove_links() {
  for bridge in ${ownedNetwork.links.join(' ')}; do
    for port in $(ip -o link show master "$bridge" 2> /dev/null | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/'); do
      ip link delete "$port" 2> /dev/null
    done
  done
  for link in ${links.join(' ')}; do
    [ -e "/sys/class/net/$link" ] || continue
    ip link delete "$link" || left "network link $link"
  done
}

remove_routes() {
  ip -4 route flush proto ${ownedNetwork.routeProtocol} 2> /dev/null
  ip -6 route flush proto ${ownedNetwork.routeProtocol} 2> /dev/null
}

nft_chains() {
  nft -a list table "$1" "$2" 2> /dev/null | awk -v table="$1 $2" '
    $1 == "chain" { chain = $2; ours = chain ~ /^(${chains})$/; if (ours) all[++count] = chain; next }
    !ours && /[ \\t](jump|goto) (${chains}) / && match($0, /# handle [0-9]+/) {
      print "delete rule", table, chain, "handle", substr($0, RSTART + 9, RLENGTH - 9)
    }
    END {
      for (i = 1; i <= count; i++) print "flush chain", table, all[i]
      for (i = 1; i <= count; i++) print "delete chain", table, all[i]
    }'
}

# A table without rules that accepts everything does nothing: nobody misses it.
nft_is_idle() { ! nft list table "$1" "$2" 2> /dev/null | grep -Ev '^(table|#)|^[[:space:]]*(chain .*|type .* policy accept;|}|)$' | grep -q .; }

clean_nft() {
  for family in ip ip6; do
    for table in nat filter mangle raw; do
      found=$(nft_chains "$family" "$table")
      [ -n "$found" ] || continue
      printf '%s\\n' "$found" | nft -f - || left "rules of $family $table (nftables)"
      if nft_is_idle "$family" "$table"; then nft delete table "$family" "$table"; fi
    done
  done
  for table in ${tables.map((table) => `'${table}'`).join(' ')}; do
    if nft list table $table > /dev/null 2>&1; then nft delete table $table || left "table $table (nftables)"; fi
  done
}

clean_iptables() {
  command -v "$1-save" > /dev/null && command -v "$1-restore" > /dev/null || return 0
  "$1-save" 2> /dev/null | grep -Eq '(${chains})' || return 0
  "$1-save" 2> /dev/null | grep -Ev '(^:| )(${chains})( |$)' | "$1-restore" || left "rules of $1"
}

remove_rules() {
  if command -v nft > /dev/null; then clean_nft; else clean_iptables iptables; clean_iptables ip6tables; fi
  if [ -s /proc/net/ip_tables_names ]; then clean_iptables iptables-legacy; fi
  if [ -s /proc/net/ip6_tables_names ]; then clean_iptables ip6tables-legacy; fi
  if grep -Eq '^(TCP|UDP|SCTP|FWM)' /proc/net/ip_vs 2> /dev/null; then
    ipvsadm --clear 2> /dev/null || left 'virtual servers of IPVS: "ipvsadm --clear" or a reboot removes them'
  fi
}
`;
