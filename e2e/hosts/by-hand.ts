import type { Host } from '@tke/host';
import type { PackageFile, PackageProgram, PackageRelease } from '@tke/package-source';
import { waitFor } from '@tke/envtest';

import { hostContainerdDropIn, hostKubeletConfiguration, hostKubeProxyConfiguration } from './settings.ts';

/** A host and the address under which the other hosts know it. */
export interface ByHandHost {
  readonly host: Host;
  readonly ip: string;
}

export interface StepTime {
  readonly step: string;
  readonly seconds: number;
}

export interface ByHandCluster {
  readonly steps: readonly StepTime[];
  /** Runs kubectl on the control plane, as the administrator. Must succeed; resolves with standard output. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Brings back a worker that was reset, on which programs and images still are. Resolves when its node is Ready. */
  rejoin(ip: string): Promise<void>;
}

const podSubnet = '10.244.0.0/16';
const adminConfig = '/etc/kubernetes/admin.conf';
const imageFolder = '/root/images';
const folders: Readonly<Record<PackageProgram['folder'], string>> = { bin: '/usr/local/bin', cni: '/opt/cni/bin' };

const containerdUnit = `[Unit]
Description=containerd
After=network.target local-fs.target

[Service]
ExecStart=/usr/local/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
`;

const kubeletUnit = `[Unit]
Description=kubelet
Wants=network-online.target
After=network-online.target

[Service]
Environment=KUBELET_FILES="--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
ExecStart=/usr/local/bin/kubelet $KUBELET_FILES $KUBELET_KUBEADM_ARGS
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

/**
 * What an administrator would type who knows what to do: kubeadm and nothing of ours, the first host as control plane
 * and the others as workers. It proves the packages, and its times are what the product's are compared to.
 */
export async function createByHand(hosts: readonly ByHandHost[], release: PackageRelease): Promise<ByHandCluster> {
  const [controlPlane, ...workers] = hosts;
  if (controlPlane === undefined) {
    throw new TypeError('a cluster needs a host');
  }
  const watch = new StopWatch();
  const onAll = (step: string, work: (host: ByHandHost) => Promise<unknown>) =>
    watch.time(step, () => Promise.all(hosts.map(work)));
  const kubectl = async (...args: readonly string[]) =>
    (await controlPlane.host.run(['kubectl', '--kubeconfig', adminConfig, ...args])).stdout;

  await onAll('copy programs', ({ host }) => copyPrograms(host, release));
  await onAll('start containerd', ({ host }) => startContainerd(host, release));
  await onAll('copy and import images', (host) => importImages(host.host, release, host === controlPlane));
  await watch.time('kubeadm init', () => init(controlPlane, release));
  const discovery = await discoveryOf(controlPlane);
  await watch.time('kubeadm join', () =>
    Promise.all(workers.map((worker) => join(worker, controlPlane.ip, discovery))),
  );
  await watch.time('network', () => connect(hosts, kubectl));
  await watch.time('nodes Ready', () => kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=120s'));
  await watch.time('CoreDNS available', () =>
    kubectl('-n', 'kube-system', 'wait', '--for=condition=Available', 'deployment/coredns', '--timeout=120s'),
  );
  const rejoin = async (ip: string) => {
    const worker = workers.find((each) => each.ip === ip);
    if (worker === undefined) {
      throw new TypeError(`${ip} is no worker`);
    }
    await join(worker, controlPlane.ip, await discoveryOf(controlPlane));
    await connect(hosts, kubectl);
    await kubectl('wait', '--for=condition=Ready', `node/${ip}`, '--timeout=120s');
  };
  return { steps: watch.steps, kubectl, rejoin };
}

class StopWatch {
  readonly steps: StepTime[] = [];

  async time<T>(step: string, work: () => Promise<T>): Promise<T> {
    const beganAt = performance.now();
    const result = await work();
    this.steps.push({ step, seconds: (performance.now() - beganAt) / 1000 });
    return result;
  }
}

async function copyPrograms(host: Host, { programs }: PackageRelease): Promise<void> {
  for (const file of programs) {
    await host.files.upload(`${folders[file.folder]}/${file.name}`, file, { mode: 0o755, parents: 0o755 });
  }
}

async function startContainerd(host: Host, release: PackageRelease): Promise<void> {
  const pause = release.images.find(({ reference }) => reference.includes('/pause:'))?.reference ?? '';
  const config = `version = 3
imports = ["/etc/containerd/conf.d/*.toml"]

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${pause}'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
`;
  await write(host, '/etc/containerd/config.toml', config);
  await write(host, '/etc/containerd/conf.d/host.toml', hostContainerdDropIn);
  await write(host, '/etc/crictl.yaml', 'runtime-endpoint: unix:///run/containerd/containerd.sock\n');
  await write(host, '/etc/systemd/system/containerd.service', containerdUnit);
  await write(host, '/etc/systemd/system/kubelet.service', kubeletUnit);
  await host.script('systemctl daemon-reload && systemctl enable --now containerd && systemctl enable kubelet');
}

async function importImages(host: Host, { images }: PackageRelease, isControlPlane: boolean): Promise<void> {
  const needed = images.filter(({ controlPlaneOnly }) => isControlPlane || !controlPlaneOnly);
  const archive = ({ name }: PackageFile) => `${imageFolder}/${name}.tar`;
  for (const image of needed) {
    await host.files.upload(archive(image), image, { mode: 0o644, parents: 0o755 });
  }
  await host.script(
    `set -e; for archive; do ctr -n k8s.io images import "$archive"; done; rm -r ${imageFolder}`,
    needed.map(archive),
  );
}

async function init({ host, ip }: ByHandHost, { version }: PackageRelease): Promise<void> {
  await configure(host, [
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'InitConfiguration',
      localAPIEndpoint: { advertiseAddress: ip },
      nodeRegistration: nodeRegistration(ip),
    },
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'ClusterConfiguration',
      kubernetesVersion: `v${version}`,
      networking: { podSubnet },
    },
    { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', ...hostKubeletConfiguration },
    { apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration', ...hostKubeProxyConfiguration },
  ]);
  await host.run(['kubeadm', 'init', '--config', '/root/kubeadm.yaml'], { timeoutMs: 300_000 });
}

interface Discovery {
  readonly token: string;
  readonly caCertHash: string;
}

/** kubeadm prints a command line with both. */
async function discoveryOf({ host }: ByHandHost): Promise<Discovery> {
  const { stdout } = await host.run(['kubeadm', 'token', 'create', '--print-join-command']);
  const [, token = ''] = /--token (\S+)/.exec(stdout) ?? [];
  const [, caCertHash = ''] = /--discovery-token-ca-cert-hash (\S+)/.exec(stdout) ?? [];
  return { token, caCertHash };
}

async function join({ host, ip }: ByHandHost, server: string, { token, caCertHash }: Discovery): Promise<void> {
  await configure(host, [
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'JoinConfiguration',
      discovery: { bootstrapToken: { apiServerEndpoint: `${server}:6443`, token, caCertHashes: [caCertHash] } },
      nodeRegistration: nodeRegistration(ip),
    },
  ]);
  await host.run(['kubeadm', 'join', '--config', '/root/kubeadm.yaml'], { timeoutMs: 300_000 });
}

function nodeRegistration(ip: string) {
  return {
    name: ip,
    criSocket: 'unix:///run/containerd/containerd.sock',
    kubeletExtraArgs: [{ name: 'node-ip', value: ip }],
    ignorePreflightErrors: ['SystemVerification'], // it objects to version 1 of control groups
  };
}

/** JSON is YAML. */
async function configure(host: Host, documents: readonly object[]): Promise<void> {
  await write(host, '/root/kubeadm.yaml', documents.map((document) => JSON.stringify(document)).join('\n---\n'));
}

async function connect(hosts: readonly ByHandHost[], kubectl: ByHandCluster['kubectl']): Promise<void> {
  const template = '{range .items[*]}{.metadata.name} {.spec.podCIDR}{"\\n"}{end}';
  const ranges = await waitFor(
    async () => {
      const lines = (await kubectl('get', 'nodes', '-o', `jsonpath=${template}`)).trim().split('\n');
      const found = lines.map((line) => line.split(' ') as [string, string]).filter(([, range]) => range !== '');
      return found.length === hosts.length ? new Map(found) : undefined;
    },
    { description: 'each node has a range of addresses for pods', timeoutMs: 60_000, intervalMs: 250 },
  );
  await Promise.all(hosts.map((host) => connectOne(host, ranges)));
}

async function connectOne({ host, ip }: ByHandHost, ranges: ReadonlyMap<string, string>): Promise<void> {
  const bridge = {
    type: 'bridge',
    bridge: 'cni0',
    isGateway: true,
    hairpinMode: true,
    ipam: { type: 'host-local', ranges: [[{ subnet: ranges.get(ip) }]], routes: [{ dst: '0.0.0.0/0' }] },
  };
  const portmap = { type: 'portmap', capabilities: { portMappings: true } };
  const network = { cniVersion: '1.0.0', name: 'by-hand', plugins: [bridge, portmap] };
  const routes = [...ranges].filter(([other]) => other !== ip).map(([other, range]) => `${range} via ${other}`);
  await host.script(routes.map((route) => `ip route replace ${route}`).join('\n'));
  await write(host, '/etc/cni/net.d/10-by-hand.conflist', JSON.stringify(network));
}

async function write(host: Host, path: string, content: string): Promise<void> {
  await host.files.write(path, content, { mode: 0o600, parents: 0o755 });
}
