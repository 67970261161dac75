import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { networkScript } from './network-script.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tke-network-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Scene {
  readonly podCidrs?: readonly string[];
  readonly device?: string;
  readonly routes?: string;
  /** Shell commands before the script runs. */
  readonly before?: string;
  /** Shell commands that print what there is to see. */
  readonly then: string;
  /** Programs that PATH has; default: all. */
  readonly programs?: readonly string[];
}

/**
 *  Runs the script on a network of its own, with a host at 10.0.0.11 and fd00::11. Nothing of this machine's network
 * changes.
 */
async function inNetwork({ podCidrs = ['10.244.0.0/16'], device, routes = '', before = '', then, programs }: Scene) {
  const home = await mkdtemp(join(folder, 'host-'));
  const up = join(home, 'up');
  await writeFile(up, networkScript({ podCidrs, device }));
  await writeFile(join(home, 'routes'), routes);
  const script = `
    ip link set lo up
    ip link add eth0 type bridge
    ip link set eth0 up
    ip addr add 10.0.0.11/24 dev eth0
    ip -6 addr add fd00::11/64 dev eth0 nodad
    ${before}
    up() { PATH=${programs === undefined ? '$PATH' : await pathWith(home, programs)} sh ${up}; echo "exit $?"; }
    up
    ${then}`;
  const { stdout, stderr } = spawnSync('unshare', ['--net', 'sh', '-c', script], { encoding: 'utf8' });
  return { stdout, stderr };
}

async function pathWith(home: string, programs: readonly string[]): Promise<string> {
  const path = join(home, 'bin');
  await mkdir(path);
  await chmod(path, 0o755);
  for (const program of programs) {
    const { stdout } = spawnSync('sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin; command -v "$1"', 'sh', program], {
      encoding: 'utf8',
    });
    await symlink(stdout.trim(), join(path, program));
  }
  return path;
}

const essential = ['sh', 'ip', 'flock', 'dirname', 'cat'];
const showRoutes = 'ip route show proto 84; ip -6 route show proto 84';

describe('the script of the network', () => {
  test('makes routes to the pods of other hosts', async () => {
    const { stdout, stderr } = await inNetwork({
      routes: '10.244.1.0/24 10.0.0.12\n10.244.2.0/24 10.0.0.13\n',
      then: showRoutes,
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('exit 0\n');
    expect(stdout).toContain('10.244.1.0/24 via 10.0.0.12');
    expect(stdout).toContain('10.244.2.0/24 via 10.0.0.13');
  });

  test('removes routes of ours that are not wanted any more, exchanges others, and leaves those of others alone', async () => {
    const before = `
      ip route add 10.244.1.0/24 via 10.0.0.99 proto 84
      ip route add 10.244.7.0/24 via 10.0.0.12 proto 84
      ip route add 10.44.0.0/24 via 10.0.0.12 proto 84
      ip route add 192.168.0.0/24 via 10.0.0.12`;
    const { stdout } = await inNetwork({
      routes: '10.244.1.0/24 10.0.0.12\n110.44.0.0/24 10.0.0.12\n',
      before,
      then: 'ip route',
    });
    expect(stdout).toContain('10.244.1.0/24 via 10.0.0.12');
    expect(stdout).toContain('192.168.0.0/24 via 10.0.0.12');
    expect(stdout).not.toMatch(/10\.0\.0\.99|10\.244\.7\.0|\n10\.44\.0\.0/);
  });

  test('routes lead over the device that spec names', async () => {
    const before = 'ip link add eth1 type bridge; ip link set eth1 up; ip addr add 10.0.0.12/24 dev eth1';
    const routes = '10.244.1.0/24 10.0.0.13\n';
    const { stdout } = await inNetwork({ device: 'eth1', routes, before, then: showRoutes });
    expect(stdout).toContain('10.244.1.0/24 via 10.0.0.13 dev eth1');
  });

  test('does the same for IPv6', async () => {
    const podCidrs = ['10.244.0.0/16', 'fd00:244::/56'];
    const before = 'ip -6 route add fd00:244:0:9::/64 via fd00::12 proto 84';
    const routes = '10.244.1.0/24 10.0.0.12\nfd00:244:0:1::/64 fd00::12\n';
    const { stdout, stderr } = await inNetwork({
      podCidrs,
      routes,
      before,
      then: `${showRoutes}; ip6tables -t nat -S`,
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('10.244.1.0/24 via 10.0.0.12');
    expect(stdout).toContain('fd00:244:0:1::/64 via fd00::12');
    expect(stdout).not.toContain('fd00:244:0:9::/64');
    expect(stdout).toContain('-A TKE-MASQUERADE -s fd00:244::/56 ! -d fd00:244::/56 -j MASQUERADE');
  });

  test('pods talk to the outside with the address of the host, and are forwarded; once, however often it runs', async () => {
    const then = 'up; up; iptables -t nat -S; iptables -S';
    const { stdout } = await inNetwork({
      before: 'iptables -P FORWARD DROP; iptables -A FORWARD -s 1.2.3.4 -j REJECT',
      then,
    });
    const rules = stdout.split('\n').filter((line) => line.startsWith('-A'));
    expect(rules).toEqual([
      '-A POSTROUTING -j TKE-MASQUERADE',
      '-A TKE-MASQUERADE -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE',
      '-A FORWARD -s 1.2.3.4/32 -j REJECT --reject-with icmp-port-unreachable',
      '-A FORWARD -j TKE-FORWARD',
      '-A TKE-FORWARD -s 10.244.0.0/16 -j ACCEPT',
      '-A TKE-FORWARD -d 10.244.0.0/16 -j ACCEPT',
    ]);
  });

  test('nft does where there is no iptables', async () => {
    const podCidrs = ['10.244.0.0/16', 'fd00:244::/56'];
    const { stdout, stderr } = await inNetwork({
      podCidrs,
      programs: [...essential, 'nft'],
      then: 'up; nft list table inet tke',
    });
    expect(stderr).toBe('');
    expect(stdout.match(/masquerade/g)).toHaveLength(2);
    expect(stdout).toContain('ip saddr 10.244.0.0/16 ip daddr != 10.244.0.0/16 masquerade');
    expect(stdout).toContain('ip6 saddr fd00:244::/56 ip6 daddr != fd00:244::/56 masquerade');
  });

  test('says what it cannot do, and does the rest', async () => {
    const routes = '10.244.1.0/24 172.31.0.1\n10.244.2.0/24 10.0.0.12\n';
    const { stdout, stderr } = await inNetwork({ routes, programs: essential, then: showRoutes });
    expect(stdout).toContain('exit 1\n');
    expect(stderr).toContain('no route to 10.244.1.0/24 via 172.31.0.1: hosts must share a network segment');
    expect(stderr).toContain('neither iptables nor nft works here');
    expect(stdout).toContain('10.244.2.0/24 via 10.0.0.12');
  });
});
