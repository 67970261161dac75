import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '@tke/envtest';
import { HostPool } from '@tke/host';
import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';
import { getContainerRuntimeClient } from 'testcontainers';

import type { BareHost } from './bare-host.ts';
import { HostLab } from './host-lab.ts';
import { ownerLabel } from './owner.ts';
import { difference, lastingDifference } from './snapshot.ts';

const seconds = 1000;
// Longer than what a test waits for, so that a failure says what that was.
jest.setTimeout(600 * seconds);
let lab: HostLab;
let pool: HostPool;
let host: BareHost;
let small: BareHost;

beforeAll(async () => {
  lab = await HostLab.start(); // makes the image on a new machine
  pool = new HostPool({ clock: systemClock, logger: discardLogger, connectTimeoutMs: 60 * seconds });
  [host, small] = await Promise.all([lab.host('plain'), lab.host('small', { diskMebibytes: 256 })]);
}, 600 * seconds);

afterAll(async () => {
  pool.close();
  await lab.stop();
}, 300 * seconds);

describe('a bare host', () => {
  test('has booted systemd, lets root in by key over SSH, and has nothing that the product would need to bring', async () => {
    const facts = await pool.host(host.target).facts();
    expect(facts).toMatchObject({ hostname: 'plain', cpus: expect.any(Number) });
    expect(await host.must('systemctl', 'is-system-running')).toBe('running\n');
    const { stdout } = await host.exec([
      'sh',
      '-c',
      'command -v containerd crictl curl docker kubeadm kubelet python3',
    ]);
    expect(stdout).toBe('');
    expect(await host.must('nft', 'list', 'ruleset')).toBe('');
    expect(await host.must('cat', '/etc/resolv.conf')).toBe(`nameserver ${lab.gateway}\n`);
  });

  test('has processes and control groups of its own', async () => {
    await host.must('systemd-run', '--quiet', '--unit=only-here', '--property=MemoryMax=64M', 'sleep', '300');
    const look = (each: BareHost) => each.script('ps -eo args; find /sys/fs/cgroup -name "only-her[e]*"');
    expect(await look(host)).toMatch(/sleep 300[^]*only-here\.service/);
    expect(await look(small)).not.toMatch(/sleep 300|only-here/);
    await host.must('systemctl', 'stop', 'only-here');
    expect(await look(host)).not.toMatch(/sleep 300|only-here/);
  });

  test('reaches other hosts by their addresses, and this machine at the gateway', async () => {
    const server = createServer((_request, response) => response.end('hello from the hub')).listen(0, lab.gateway);
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const ask = `exec 3<>/dev/tcp/${lab.gateway}/${port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
      expect(await host.must('timeout', '60', 'bash', '-c', ask)).toContain('hello from the hub');
      expect(await host.must('timeout', '60', 'bash', '-c', `head -c 3 </dev/tcp/${small.ip}/22`)).toBe('SSH');
    } finally {
      server.close();
    }
  });

  test('keeps its files, address and keys over a reboot and over a loss of power, and nothing that was running', async () => {
    const boots = [await host.must('cat', '/proc/sys/kernel/random/boot_id')];
    for (const again of [() => host.restart(), () => host.crash()]) {
      await host.script(`
          echo kept | tee /etc/planted /var/lib/planted
          echo '10.0.0.9 api.test # planted' >>/etc/hosts.new; cat /etc/hosts >>/etc/hosts.new; mv /etc/hosts.new /etc/hosts
          echo gone | tee /run/planted /tmp/planted
          ip route replace 10.9.0.0/16 via ${small.ip}`);
      await again();
      expect(await host.must('cat', '/etc/planted', '/var/lib/planted')).toBe('kept\nkept\n');
      expect(await host.must('cat', '/etc/hosts')).toContain('# planted');
      expect((await host.exec(['cat', '/run/planted', '/tmp/planted'])).stdout).toBe('');
      expect(await host.must('ip', 'route')).not.toContain('10.9.0.0/16');
      expect((await pool.host(host.target).run(['hostname'])).stdout).toBe('plain\n');
      boots.push(await host.must('cat', '/proc/sys/kernel/random/boot_id'));
    }
    expect(new Set(boots).size).toBe(3);
  });

  test('shows by two snapshots what came, went and changed between them, and nothing else', async () => {
    await host.script('echo one >/etc/changed; echo one >/etc/removed');
    const before = await host.snapshot();
    expect(await lastingDifference(before, () => host.snapshot())).toEqual([]);

    await host.script(`
        mkdir -p /var/lib/left/below; echo x >/var/lib/left/below/file
        echo two >/etc/changed; rm /etc/removed; chmod 600 /etc/host.conf
        systemd-run --quiet --unit=left sleep 1000
        ip link add left0 type bridge; ip route add 10.9.0.0/16 via ${small.ip}
        iptables -A INPUT -s 10.9.9.9 -j DROP; iptables -N LEFT
        nft add table inet left; nft add chain inet left inside; nft add rule inet left inside tcp dport 80 drop
        sysctl -q net.ipv4.conf.default.forwarding=0
        mount -t tmpfs -o mode=755 tmpfs /mnt`);
    const digest = /[0-9a-f]{16}/g;
    const differing = difference(before, await host.snapshot()).map((line) => line.replace(digest, 'DIGEST'));
    expect(differing.sort()).toEqual([
      'files + /var/lib/left',
      'files - /etc/removed',
      'files ~ /etc/changed: f 644 root:root  DIGEST -> f 644 root:root  DIGEST',
      'files ~ /etc/host.conf: f 644 root:root  DIGEST -> f 600 root:root  DIGEST',
      'links + left0',
      'mounts + /mnt',
      'nftables + table inet left',
      'nftables + table ip filter chain INPUT: ip saddr 10.9.9.9 counter drop',
      'nftables + table ip filter chain LEFT',
      'processes + /usr/bin/sleep 1000',
      `routes + 10.9.0.0/16 via ${small.ip} dev eth0`,
      'sysctls ~ /proc/sys/net/ipv4/conf/default/forwarding: 1 -> 0',
      'unit-files + left.service',
      'units + left.service',
    ]);

    expect(
      difference(before, await host.snapshot(), /left|LEFT|sleep|changed|removed|host\.conf|10\.9\.|forwarding|mnt/),
    ).toEqual([]);
  });

  test('loses its connections when sshd is killed, and takes new ones at once', async () => {
    const cut = pool.host(host.target).run(['sleep', '300'], { timeoutMs: 300 * seconds });
    const outcome = cut.then(
      () => 'ended',
      (error: unknown) => (error as { readonly code?: string }).code,
    );
    await waitFor(async () => (await host.must('ps', '-eo', 'args')).includes('sleep 300'), {
      description: 'the command runs',
      timeoutMs: 60 * seconds,
    });
    await host.killSshd();
    expect(await outcome).toBe('ConnectionLost');
    expect((await pool.host(host.target).run(['hostname'])).stdout).toBe('plain\n');
  });

  test('answers nobody while it is frozen, and goes on when it thaws', async () => {
    await host.freeze();
    const command = pool.host(host.target).run(['hostname'], { timeoutMs: 300 * seconds });
    const first = await Promise.race([command, systemClock.sleep(2 * seconds).then(() => 'nothing yet')]);
    await host.thaw();
    expect(first).toBe('nothing yet');
    expect((await command).stdout).toBe('plain\n');
  });

  test('has a disk that can be full, where it was given one of its own', async () => {
    const { files } = pool.host(small.target);
    const write = () => files.write('/var/lib/note', 'x'.repeat(10_000), { mode: 0o644 });
    await small.fillDisk();
    await expect(write()).rejects.toMatchObject({ code: 'DiskFull' });
    await small.freeDisk();
    expect(await write()).toBe('written');
    await expect(host.fillDisk()).rejects.toThrow('not a small disk');
  });
});

test('what a killed run has left behind goes when the next lab starts', async () => {
  const program = `
      import { HostLab } from ${JSON.stringify(join(import.meta.dirname, 'host-lab.ts'))};
      const lab = await HostLab.start();
      await lab.host('orphan', { diskMebibytes: 64 });
      console.log('ready');
      setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error('the run to be killed ended by itself')));
  });
  child.kill('SIGKILL');
  await exited;

  const next = await HostLab.start(); // or that of another test, which may come first
  try {
    expect(await thingsOf(child.pid)).toEqual([]);
    expect((await host.exec(['true'])).exitCode).toBe(0); // what belongs to a run that lives is left alone
    expect(await thingsOf(process.pid)).not.toEqual([]);
  } finally {
    await next.stop();
  }
});

/** Names of the containers, networks and volumes that a process has made. */
async function thingsOf(pid: number | undefined): Promise<readonly string[]> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const filters = { label: [ownerLabel] };
  const containers = await dockerode.listContainers({ all: true, filters });
  const networks = await dockerode.listNetworks({ filters });
  const { Volumes: volumes } = await dockerode.listVolumes({ filters });
  return [...containers.map(({ Names: [name = ''], Labels }) => ({ Name: name, Labels })), ...networks, ...volumes]
    .filter(({ Labels: labels }) => labels?.[ownerLabel]?.startsWith(`${pid}-`))
    .map(({ Name: name }) => name);
}
