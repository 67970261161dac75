#!/bin/sh
# Prints what there is on a host: sections, and in each a line per thing, its name and its value with a tab between.
for tool in find findmnt ip nft ps sha256sum systemctl; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: nothing would be seen of what it shows" >&2; exit 1; }
done
own_session=$(ps -o sid= -p $$ | tr -d ' ')
section() { printf '== %s\n' "$1"; }

# The journal, records of logins and systemd's own notes change by themselves.
files() {
  find / /var/lib -xdev \( \
    -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp \
    -o -path '/var/tmp/systemd-private-*' -o -path /var/lib/systemd/timers -o -path /var/lib/systemd/random-seed \
    -o -path /var/log/journal -o -path /var/log/wtmp -o -path /var/log/btmp -o -path /var/log/lastlog \
    \) -prune -o "$@"
}
section files
files -printf '%p\t%y %m %u:%g %l\n'
section digests
files -type f -print0 | xargs -0 -r sha256sum | sed -E 's/^([0-9a-f]{64})  (.*)$/\2\t\1/'

section processes
ps -e -o sid=,args= | while read -r session args; do
  [ "$session" = "$own_session" ] || printf '%s\t\n' "$args"
done

section nftables
nft -s list ruleset
section legacy-iptables
for family in iptables ip6tables; do
  for table in $(cat "/proc/net/$(echo $family | sed 's/iptables/_tables_names/')" 2>/dev/null); do
    "$family-legacy-save" -t "$table" | grep -E '^-A|^:.* - ' | sed -E "s/^/$family $table /; s/ \[[0-9:]+\]//; s/$/\t/"
  done
done
section ipvs
sed -e 's/$/\t/' /proc/net/ip_vs 2>/dev/null | tail -n +4

section links
ip -o -d link | sed -E 's/^[0-9]+: ([^:@]+)(@[^:]+)?:.*(bridge|veth|vxlan|dummy|ipip|wireguard|vlan|tun) .*/\1\t\3/; s/^[0-9]+: ([^:@]+)(@[^:]+)?:.*/\1\t/'
section addresses
ip -o address | sed -E 's/^[0-9]+: ([^ ]+) +(inet6?) ([^ ]+) .*/\1 \2 \3\t/'
section routes
{ ip route show table all; ip -6 route show table all; } | sed -E 's/ *$/\t/'
section rules
{ ip rule; ip -6 rule; } | sed -E 's/:\t/ /; s/ *$/\t/'

# Of the host's own network; those of the kernel as a whole are the machine's.
section sysctls
grep -s '' /proc/sys/net/ipv4/ip_forward /proc/sys/net/bridge/* /proc/sys/net/ipv[46]/conf/all/* /proc/sys/net/ipv[46]/conf/default/* |
  sed 's/:/\t/'

section mounts
findmnt --raw --noheadings --output TARGET,FSTYPE | grep -v -E '^/(run/(credentials|user)/|proc/sys/fs/binfmt_misc)' | tr ' ' '\t'

section unit-files
systemctl list-unit-files --no-legend --no-pager --plain | awk '{print $1 "\t" $2}'
section units
systemctl list-units --no-legend --no-pager --plain --type=service,timer,socket,path | awk '{print $1 "\t" $3 " " $4}'
