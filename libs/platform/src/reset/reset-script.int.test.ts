import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { ensureHostMark } from '../steps/host/ensure-host-mark.ts';
import { ensureInitAPIServerHost } from '../steps/host/ensure-init-api-server-host.ts';
import { ensureKubelet } from '../steps/host/ensure-kubelet.ts';
import { ensureManifestDir } from '../steps/host/ensure-manifest-dir.ts';
import { releaseOf, SystemdLab } from '../steps/host/testing/systemd-lab.ts';
import { filesScript } from './files-script.ts';
import { networkScript } from './network-script.ts';
import { resetByHandPath } from './host-mark.ts';

jest.setTimeout(180_000);

const left = 'left() { echo "left: $1"; }';

let lab: SystemdLab;
beforeAll(async () => {
  lab = await SystemdLab.start();
});
afterAll(() => lab.stop());

describe('files', () => {
  test('of a volume that is still mounted are never removed', async () => {
    await lab.sh(
      'mkdir -p /srv/kubelet/pods/volume && mount -t tmpfs t /srv/kubelet/pods/volume && echo data > /srv/kubelet/pods/volume/file',
    );
    expect(
      await lab.sh(`${left}\n${filesScript}\nremove /srv/kubelet 2>/dev/null; cat /srv/kubelet/pods/volume/file`),
    ).toBe('left: /srv/kubelet\ndata\n');
    await lab.sh('umount /srv/kubelet/pods/volume');
    expect(await lab.sh(`${left}\n${filesScript}\nremove /srv/kubelet; remove /srv/kubelet; ls /srv`)).toBe('');
  });

  test('go, and the folder stays, where an administrator has made it a disk of its own or a link to another one', async () => {
    const script = `
      mkdir -p /srv/etcd /data/kubelet
      mount -t tmpfs t /srv/etcd
      mkdir /srv/etcd/member && touch /srv/etcd/member/db /data/kubelet/config
      ln -s /data/kubelet /srv/kubelet
      ${left}
      ${filesScript}
      remove /srv/etcd; remove /srv/kubelet
      find /srv /data; umount /srv/etcd`;
    expect((await lab.sh(script)).trim().split('\n').toSorted()).toEqual([
      '/data',
      '/data/kubelet',
      '/srv',
      '/srv/etcd',
      '/srv/kubelet',
    ]);
  });
});

describe('rules of packets', () => {
  /** A network of its own: that of the host is this machine's. */
  const inNetwork = async (rules: string) =>
    (
      await (
        await lab.session()
      ).run(
        [
          'unshare',
          '--net',
          'sh',
          '-c',
          `cat | nft -f - || exit 1\n${left}\n${networkScript}\nremove_rules; nft list ruleset`,
        ],
        {
          stdin: rules.replaceAll('}', '}\n'), // which nft wants behind a chain
        },
      )
    ).stdout
      .replaceAll(/\s+/g, ' ')
      .trim();

  const cluster = `
    chain KUBE-SERVICES { ip daddr 10.96.0.1 tcp dport 443 jump KUBE-SVC-NPX46M4PTMTKRN6Y; }
    chain KUBE-SVC-NPX46M4PTMTKRN6Y { }
    chain CNI-HOSTPORT-DNAT { }
    chain TKE-MASQUERADE { ip saddr 10.244.0.0/16 masquerade; }`;

  test('of a cluster go, those of others stay', async () => {
    const rules = `
      table ip nat {
        ${cluster}
        chain OURS { tcp dport 80 accept; }
        chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; jump KUBE-SERVICES; jump OURS; }
        chain POSTROUTING { type nat hook postrouting priority srcnat; policy accept; counter jump TKE-MASQUERADE; }
      }
      table ip filter {
        chain KUBE-FORWARD { }
        chain FORWARD { type filter hook forward priority filter; policy drop; jump KUBE-FORWARD; }
      }
      table inet tke { chain forward { } }
      table inet mine { chain input { tcp dport 22 accept; } }`;
    expect(await inNetwork(rules)).toBe(
      [
        'table ip nat { chain OURS { tcp dport 80 accept }',
        'chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; jump OURS }',
        'chain POSTROUTING { type nat hook postrouting priority srcnat; policy accept; } }',
        'table ip filter { chain FORWARD { type filter hook forward priority filter; policy drop; } }',
        'table inet mine { chain input { tcp dport 22 accept } }',
      ].join(' '),
    );
  });

  test('leave no table behind that does nothing, and nothing is done twice', async () => {
    const hook = 'chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; jump KUBE-SERVICES; }';
    expect(await inNetwork(`table ip nat { ${cluster} ${hook} }\ntable ip kube-proxy { chain services { } }`)).toBe('');
    expect(await inNetwork('')).toBe('');
  });

  test('go as well where there is no nft', async () => {
    const rules = [
      '*nat',
      ':KUBE-SERVICES - [0:0]',
      ':TKE-MASQUERADE - [0:0]',
      ':OURS - [0:0]',
      '-A PREROUTING -j KUBE-SERVICES',
      '-A PREROUTING -p tcp --dport 80 -j OURS',
      '-A POSTROUTING -j TKE-MASQUERADE',
      '-A TKE-MASQUERADE -s 10.244.0.0/16 -j MASQUERADE',
      'COMMIT',
    ];
    const script = `cat | iptables-restore || exit 1\n${left}\n${networkScript}\nclean_iptables iptables; iptables-save -t nat`;
    const { stdout } = await (
      await lab.session()
    ).run(['unshare', '--net', 'sh', '-c', script], { stdin: `${rules.join('\n')}\n` });
    const kept = stdout
      .split('\n')
      .filter((line) => /^(:[A-Z-]+|-A|left)/.test(line) && !/^:(PRE|POST|IN|OUT)/.test(line));
    expect(kept).toEqual([':OURS - [0:0]', '-A PREROUTING -p tcp -m tcp --dport 80 -j OURS']);
  });
});

test('the script that lies on the host makes it what it was, in a network of its own', async () => {
  const programs = await Promise.all(['kubelet', 'kubectl'].map((name) => lab.program(name, 'sleep 1000')));
  const scope = lab.scope({}, { release: () => Promise.resolve(releaseOf(programs)) });
  const state = () =>
    lab.sh(
      'cat /etc/hosts; ls -d /etc/kubernetes /etc/systemd/system/kubelet* /usr/local/bin/kube* 2>/dev/null; systemctl is-enabled kubelet 2>/dev/null; true',
    );
  const before = await state();
  for (const step of [ensureHostMark, ensureInitAPIServerHost, ensureManifestDir, ensureKubelet]) {
    await lab.run(step, scope);
  }
  await lab.sh(
    'systemctl start kubelet && mkdir -p /var/lib/kubelet/pods/a && mount -t tmpfs "a b" /var/lib/kubelet/pods/a',
  );
  expect(await state()).not.toBe(before);
  const { stdout } = await (
    await lab.session()
  ).run(['unshare', '--net', 'sh', resetByHandPath], { timeoutMs: 120_000 });
  expect(stdout.split('\n').filter((line) => line.startsWith('left'))).toEqual([]);
  lab.forgetSession(); // the lock has gone as well
  expect(await state()).toBe(before);
  expect(await lab.sh('ls /var/lib/kubelet 2>/dev/null; grep -c /var/lib/kubelet /proc/mounts; ls /var/lib/tke')).toBe(
    '0\nlock\n',
  );
});
