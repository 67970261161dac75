import { describe, expect, test } from '@jest/globals';

import { discardLogger } from '@tke/log';
import { systemClock } from '@tke/time';

import type { BuildScope } from '../../build/scope.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { clusterInput } from '../../kubeadm/testing/inputs.ts';
import { ownedPaths, tidiedFolders, unitsOf } from '../../reset/owned-paths.ts';
import { resetByHandScript } from '../../reset/reset-script.ts';
import { ensureSysctl, renderSysctls, wantedSysctls } from './ensure-sysctl.ts';
import { goodFacts } from '../../preflight/testing/hosts.ts';
import { hookWords } from './hook-words.ts';
import { wantedModules } from './ensure-kernel-module.ts';

const attempt = {
  step: 'EnsureSysctl',
  target: '10.0.0.11',
  number: 1,
  id: 'a',
  signal: new AbortController().signal,
  log: discardLogger,
  clock: systemClock,
};

describe('kernel parameters', () => {
  test('let packets of pods through, of the families that pods have', () => {
    expect(wantedSysctls({ podCidrs: ['10.244.0.0/16'] }, true)).toEqual({
      'net/ipv4/ip_forward': '1',
      'net/bridge/bridge-nf-call-iptables': '1',
      'net/bridge/bridge-nf-call-ip6tables': '1',
    });
    expect(wantedSysctls({ podCidrs: ['fd00::/48'] }, false)).toEqual({ 'net/ipv6/conf/all/forwarding': '1' });
    expect(Object.keys(wantedSysctls({ podCidrs: ['10.244.0.0/16', 'fd00::/48'] }, false))).toHaveLength(2);
  });

  test('keep a host listening to router advertisements that it got its IPv6 route by, unless somebody has turned that off', async () => {
    const { cluster, network } = clusterInput({
      clusterCIDR: '10.244.0.0/16,fd00:244::/48',
      serviceCIDR: '10.96.0.0/16,fd00:96::/112',
      features: { ipv6DualStack: true },
    });
    const route = (device: string) => ({ family: 6 as const, interface: device, gateway: 'fe80::1' });
    const written: string[] = [];
    const said = 'net/ipv6/conf/eth0.5/accept_ra=1\nnet/ipv6/conf/eth1/accept_ra=0\n';
    const session: Partial<HostSession> = {
      facts: () => Promise.resolve(goodFacts('10.0.0.11', { defaultRoutes: [route('eth0.5'), route('eth1')] })),
      stat: () => Promise.resolve(undefined),
      write: (_path, content) => Promise.resolve((written.push(String(content)), 'written')),
      script: (script) => {
        const stdout = script.startsWith('for path') ? said : '';
        return Promise.resolve({ exitCode: 0, stdout, stderr: '', stdoutBytes: Buffer.from(stdout), truncated: false });
      },
    };
    const scope: Partial<BuildScope> = { cluster, network, session: () => Promise.resolve(session as HostSession) };
    await ensureSysctl.run(scope as BuildScope, attempt);
    expect(written[0]?.split('\n').slice(1)).toEqual([
      '-net/ipv4/ip_forward = 1',
      '-net/ipv6/conf/all/forwarding = 1',
      '-net/ipv6/conf/eth0.5/accept_ra = 2',
      '',
    ]);
  });

  test('do not fail a boot', () => {
    expect(renderSysctls({ 'net/ipv4/ip_forward': '1' })).toBe('# Written by TKE.\n-net/ipv4/ip_forward = 1\n');
  });
});

test.each([
  [{}, ['nf_tables']],
  [{ features: { ipvs: true } }, ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh']],
  [{ kubeProxyConfiguration: { mode: 'ipvs' } }, ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh']],
  [{ features: { ipvs: true }, kubeProxyConfiguration: { mode: 'nftables' } }, ['nf_tables']],
])('kernel modules for %j', (spec, modules) => {
  const { cluster } = clusterInput({ serviceCIDR: '10.96.0.0/16', ...spec });
  expect(wantedModules(cluster)).toEqual(['overlay', 'br_netfilter', 'nf_conntrack', ...modules]);
});

describe('words for hooks of the cluster', () => {
  const words = (annotations: Record<string, string>, labels: Record<string, string> = {}) => {
    const { cluster } = clusterInput();
    return hookWords({ ...cluster, metadata: { ...cluster.metadata, annotations, labels } });
  };

  test('are annotations, then labels', () => {
    expect(words({ b: '2', a: '1' }, { a: 'x' })).toEqual(['a=1', 'b=2', 'a=x']);
  });

  test('are no secrets, and none that change while the hook runs', () => {
    const secret = {
      'kubectl.kubernetes.io/last-applied-configuration': '{"spec":{"machines":[{"password":"c2VjcmV0"}]}}',
      'tkestack.io/anywhere-machines': 'x',
      'tkestack.io/credential-token': 'x',
      'tkestack.io/registration-command': 'x',
      'platform.tkestack.io/retry': '2026',
    };
    expect(words(secret)).toEqual([]);
  });

  test('are no more than a command may be given', () => {
    expect(words({ long: 'x'.repeat(5000), short: 'y' })).toEqual(['short=y']);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 'x'.repeat(4000)]));
    expect(words(many).join(' ').length).toBeLessThanOrEqual(64 * 1024 + 16);
  });
});

describe('what steps leave on a host', () => {
  test('is one list, for preflight and reset; every unit in it is stopped', () => {
    const paths = ownedPaths();
    expect(paths).toEqual(
      expect.arrayContaining([
        '/etc/kubernetes',
        '/var/lib/etcd/member',
        '/var/lib/kubelet',
        '/etc/cni',
        '/usr/local/bin/kubeadm',
      ]),
    );
    expect(new Set(paths).size).toBe(paths.length);
    expect(unitsOf(paths)).toEqual(
      expect.arrayContaining(['kubelet.service', 'containerd.service', 'tke-network.service']),
    );
    expect(ownedPaths('/data/etcd')).toContain('/data/etcd/member');
  });

  test('never is a folder that others have files in', () => {
    const shared = [
      '/',
      '/etc',
      '/usr',
      '/usr/local',
      '/usr/local/bin',
      '/opt',
      '/var',
      '/var/lib',
      '/var/log',
      '/root',
      '/run',
      '/etc/systemd/system',
      '/etc/containerd',
      '/var/lib/tke',
    ];
    expect(ownedPaths().filter((path) => shared.includes(path))).toEqual([]);
    expect(ownedPaths().every((path) => /^\/[\w./-]+$/.test(path) && !path.includes('..'))).toBe(true);
  });

  test('includes folders around it, inner ones first, but none of the system', () => {
    expect(tidiedFolders(['/etc/tke/network', '/usr/local/bin/kubectl', '/data/etcd/member'])).toEqual([
      '/etc/containerd/conf.d',
      '/usr/lib/modules',
      '/etc/containerd',
      '/root/.kube',
      '/data/etcd',
      '/etc/tke',
    ]);
  });

  test('goes by a script that fits into one argument', () => {
    expect(resetByHandScript(ownedPaths()).length).toBeLessThan(64 * 1024);
  });
});
