import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { systemClock } from '@tke/time';

import { settingsScript } from '../../reset/files-script.ts';
import { leaveHost, resetHost } from '../../reset/reset-host.ts';
import { ensureCleanup } from './ensure-cleanup.ts';
import { ensureCopyFiles } from './ensure-copy-files.ts';
import { ensureDisableSwap } from './ensure-disable-swap.ts';
import { ensureHostMark } from './ensure-host-mark.ts';
import { ensureInitAPIServerHost } from './ensure-init-api-server-host.ts';
import { ensureKernelModule } from './ensure-kernel-module.ts';
import { ensureModifyAPIServerHost } from './ensure-modify-api-server-host.ts';
import { attemptOf, SystemdLab, ip, uid } from './testing/systemd-lab.ts';

jest.setTimeout(180_000);

const mark = { cluster: uid, owner: uid };
/** The reset of the network is not for this machine. */
const restoreSettings = `left() { echo "left: $1"; }\n${settingsScript}\nrestore_settings`;

let lab: SystemdLab;
beforeAll(async () => {
  lab = await SystemdLab.start();
});
afterAll(() => lab.stop());

describe('/etc/hosts', () => {
  const hosts = () => lab.sh('cat /etc/hosts');

  test('gets the name of the API server, once, and keeps all other lines, its mode and its last line without an end', async () => {
    await lab.sh(
      "printf '127.0.0.1\\tlocalhost\\n10.0.0.9 db # tke is not here\\n1.2.3.4 last' > /etc/hosts; chmod 0640 /etc/hosts",
    );
    const scope = lab.scope({}, { controlPlane: ['10.0.0.1', '10.0.0.2'] });
    await lab.run(ensureInitAPIServerHost, scope);
    await lab.run(ensureInitAPIServerHost, scope);
    expect(await hosts()).toBe(
      '127.0.0.1\tlocalhost\n10.0.0.9 db # tke is not here\n1.2.3.4 last\n10.0.0.1\tapi.tke.internal # tke\n',
    );
    expect(await lab.sh('stat -c %a /etc/hosts')).toBe('640\n');
  });

  test('sends a worker to all hosts of the control plane, and a host of the control plane to itself at the end', async () => {
    const controlPlane = ['10.0.0.1', '10.0.0.2'];
    const worker = { ip, name: ip, role: 'Worker' as const, labels: {}, annotations: {}, taints: [] };
    await lab.run(ensureInitAPIServerHost, lab.scope({}, { controlPlane, nodes: [worker] }));
    expect(await hosts()).toContain('10.0.0.1\tapi.tke.internal # tke\n10.0.0.2\tapi.tke.internal # tke\n');
    await lab.run(ensureModifyAPIServerHost, lab.scope());
    expect(await hosts()).toMatch(/1\.2\.3\.4 last\n127\.0\.0\.1\tapi\.tke\.internal # tke\n$/);
  });

  test('sends everybody to the balancer, and nobody to himself where it has another port', async () => {
    const scope = lab.scope({ ha: { thirdParty: { vip: '10.0.0.100', vport: 8443 } } });
    await lab.run(ensureInitAPIServerHost, scope);
    expect(await hosts()).toMatch(/last\n10\.0\.0\.100\tapi\.tke\.internal # tke\n$/);
    expect(ensureModifyAPIServerHost.targets(scope)).toEqual([]);
  });

  test('is written in place where it is a mount, as in containers', async () => {
    await lab.sh('cp /etc/hosts /tmp/hosts && mount --bind /tmp/hosts /etc/hosts');
    await lab.run(ensureModifyAPIServerHost, lab.scope());
    expect(await hosts()).toMatch(/127\.0\.0\.1\tapi\.tke\.internal # tke\n$/);
    await lab.sh('umount /etc/hosts');
  });

  test('is as before after the reset', async () => {
    await lab.sh(restoreSettings);
    expect(await hosts()).toBe('127.0.0.1\tlocalhost\n10.0.0.9 db # tke is not here\n1.2.3.4 last\n');
    expect(await lab.sh('ls -A /etc | grep hosts.tke; true')).toBe('');
  });
});

describe('swap', () => {
  const fstab = `/dev/sda1 / ext4 defaults 0 1
UUID=1-2  none\tswap  sw 0 0
 /swapfile none swap
# /dev/old none swap sw 0 0
tmpfs /swap tmpfs defaults 0 0
`;

  test('is turned off in /etc/fstab, and back on by the reset', async () => {
    await (await lab.session()).write('/etc/fstab', fstab, { mode: 0o644 });
    await lab.run(ensureDisableSwap, lab.scope());
    await lab.run(ensureDisableSwap, lab.scope());
    expect((await lab.sh('cat /etc/fstab')).split('\n')).toEqual([
      '/dev/sda1 / ext4 defaults 0 1',
      '#tke# UUID=1-2  none\tswap  sw 0 0',
      '#tke#  /swapfile none swap',
      '# /dev/old none swap sw 0 0',
      'tmpfs /swap tmpfs defaults 0 0',
      '',
    ]);
    await lab.sh(`swapon() { :; }\n${restoreSettings}`); // swap is the machine's
    expect(await lab.sh('cat /etc/fstab')).toBe(fstab);
  });

  test('stays where the kubelet may run with it', () => {
    const scope = lab.scope();
    const kubeletConfiguration = { failSwapOn: false };
    const cluster = { ...scope.cluster, spec: { ...scope.cluster.spec, kubeletConfiguration } };
    expect(ensureDisableSwap.targets({ ...scope, cluster })).toEqual([]);
    expect(ensureDisableSwap.targets(scope)).toEqual([ip]);
  });
});

test('kernel modules that the kernel has are loaded at each boot', async () => {
  await lab.run(ensureKernelModule, lab.scope());
  const { modules } = await (await lab.session()).facts();
  const lines = (await lab.sh('cat /etc/modules-load.d/tke.conf')).trim().split('\n').slice(1);
  expect(lines).toEqual(
    ['overlay', 'br_netfilter', 'nf_conntrack', 'nf_tables'].filter((name) => modules[name] !== 'absent'),
  );
  expect(lines).toContain('overlay');
});

describe('files', () => {
  const features = {
    files: [
      { src: 'tools', dst: '/opt/tools' },
      { src: 'one.toml', dst: '/srv/new/conf.d/' },
    ],
  };
  const found = () => lab.sh('cd /opt/tools && find . -printf "%p %m %U \\n" | sort; cat old other; find /srv');

  test('are copied with their modes; what was not there before goes when the host is left, and only that', async () => {
    await mkdir(join(lab.files, 'tools/deep'), { recursive: true });
    await writeFile(join(lab.files, 'tools/deep/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(join(lab.files, 'tools/old'), 'new', { mode: 0o600 });
    await writeFile(join(lab.files, 'one.toml'), 'version = 3\n', { mode: 0o644 });
    await lab.sh(
      'mkdir -p /opt/tools && echo mine > /opt/tools/other && echo old > /opt/tools/old && chmod 640 /opt/tools/old && chown 7 /opt/tools/old',
    );
    const before = await found();
    const scope = lab.scope(features);
    await lab.run(ensureHostMark, scope);
    await lab.run(ensureCopyFiles, scope);
    await lab.run(ensureCopyFiles, scope); // what is there now is ours
    expect(await lab.sh('cd /opt/tools && stat -c "%a %n" deep/run.sh old other')).toBe(
      '755 deep/run.sh\n600 old\n644 other\n',
    );
    expect(await lab.sh('cat /opt/tools/old /srv/new/conf.d/one.toml')).toBe('newversion = 3\n');
    expect(await leaveHost(await lab.session(), mark)).toEqual({ left: [] });
    lab.forgetSession();
    expect(await found()).toBe(before);
  });

  test('that cannot be put back are kept, and it is said where', async () => {
    await lab.sh('mkdir -p /opt/moved && echo mine > /opt/moved/file');
    await writeFile(join(lab.files, 'file'), 'new', { mode: 0o600 });
    const scope = lab.scope({ files: [{ src: 'file', dst: '/opt/moved/file' }] });
    await lab.run(ensureHostMark, scope);
    await lab.run(ensureCopyFiles, scope);
    await lab.sh('rm -rf /opt/moved && touch /opt/moved');
    const { left } = await leaveHost(await lab.session(), mark);
    lab.forgetSession();
    const [, kept = ''] = /^the original of \/opt\/moved\/file, which is kept as (.*)$/.exec(left.join('\n')) ?? [];
    expect(kept).toMatch(/^\/var\/lib\/tke-originals\.\d{8}T\d{6}Z\/opt\/moved\/file$/);
    expect(await lab.sh(`cat ${kept}; rm -rf /opt/moved`)).toBe('mine\n');
    expect(await lab.sh('[ -e /var/lib/tke/originals ] || echo gone; rm -rf /var/lib/tke-originals.*')).toBe('gone\n');
  });
});

describe('the mark', () => {
  test('makes a host ours: neither another Machine nor another Cluster takes it, resets it or leaves it', async () => {
    await lab.run(ensureHostMark, lab.scope());
    const other = lab.scope({}, { owner: 'uid-of-machine' });
    await expect(lab.run(ensureHostMark, other)).rejects.toMatchObject({
      code: 'HostMarkedByAnother',
      class: 'NeedsUser',
    });
    const session = await lab.session();
    const stranger = { cluster: uid, owner: 'uid-of-machine' };
    expect(await resetHost(session, attemptOf(), stranger)).toEqual({ left: [] });
    await leaveHost(session, stranger);
    expect(await lab.sh('cat /var/lib/tke/mark; ls /var/lib/tke')).toMatch(
      /^cluster=uid-of-cluster\nowner=uid-of-cluster\n(.*\n)*reset\.sh\n/,
    );
    expect(await lab.sh('ls /var/lib/tke/jobs 2>/dev/null | wc -l')).toBe('0\n');
  });

  test('is needed for a reset: on a host that never passed preflight everything stays', async () => {
    await lab.sh('rm /var/lib/tke/mark; mkdir -p /etc/kubernetes && echo precious > /etc/kubernetes/foreign');
    const session = await lab.session();
    expect(await resetHost(session, attemptOf(), mark)).toEqual({ left: [] });
    await leaveHost(session, mark);
    lab.forgetSession();
    expect(await lab.sh('cat /etc/kubernetes/foreign; ls /var/lib/tke')).toBe('precious\nlock\n');
  });
});

test('cleaning up removes archives and commands that have ended, and leaves one that runs', async () => {
  const session = await lab.session();
  let now = 0;
  const impatient = { ...systemClock, monotonic: () => (now += 60_000) };
  const running = attemptOf({ id: 'still-running', clock: impatient });
  await session.job(running, ['sh', '-c', 'while [ ! -e /tmp/end ]; do sleep 0.1; done'], { limitMs: 600_000 });
  await session.job(attemptOf({ id: 'has-ended' }), ['true'], { limitMs: 60_000 });
  await lab.sh('mkdir -p /var/lib/tke/images && echo x > /var/lib/tke/images/x.tar');
  await lab.run(ensureCleanup, lab.scope());
  expect(await lab.sh('cd /var/lib/tke && ls jobs; ls -d images 2>/dev/null; touch /tmp/end')).toBe('still-running\n');
});
