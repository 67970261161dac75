import { isSameMark } from '../reset/host-mark.ts';
import { apiServerPort } from '../kubeadm/paths.ts';
import { gibibytes, type Finding, type HostCheck, type HostSubject, type Purpose } from './check.ts';

const gibibyte = 1024 ** 3;

/** Images and programs take two, and the kubelet throws out pods below 10 %. */
const leastFreeBytes = 5 * gibibyte;
/** Programs are below /usr/local and /opt. */
const leastFreeRootBytes = gibibyte;

const runtimes = ['containerd', 'dockerd', 'crio', 'cri-dockerd'];
const kubernetes = ['kubelet', 'kube-apiserver', 'kube-proxy', 'k3s-server', 'k3s-agent', 'rke2'];
export const askedProcesses = [...runtimes, ...kubernetes];

/** kubelet, kube-proxy: kubernetes.io, "Ports and protocols", and those of their health checks. */
const portsOfNodes = [10248, 10249, 10250, 10256];
const portsOfControlPlane = [apiServerPort, 10257, 10259];
const portsOfEtcd = [2379, 2380, 2381];

/** Whether this object's plan has found the host free before: what is there since is ours. */
function isOurs({ traces }: HostSubject, { mark }: Purpose): boolean {
  return isSameMark(traces.mark, mark);
}

function findOwner(host: HostSubject, purpose: Purpose): Finding | undefined {
  const { mark } = host.traces;
  return mark === undefined || isOurs(host, purpose)
    ? undefined
    : {
        message: `it still is what the object with the UID ${mark.owner} has made of it, for the cluster with the UID ${mark.cluster}`,
        remedy:
          'Remove that Machine or Cluster first. If it is gone, because the host could not be reached then, run "sh /var/lib/tke/reset.sh" on the host.',
      };
}

function findRuntime({ facts: { installed }, traces: { processes } }: HostSubject): Finding | undefined {
  const running = runtimes.filter((name) => processes.includes(name));
  const there = installed.containerd === undefined ? [] : [`containerd ${installed.containerd}`];
  const found = running.length > 0 ? running : there;
  return found.length === 0
    ? undefined
    : {
        message: `it has a container runtime already: ${found.join(', ')}`,
        remedy:
          'Remove it (packages such as containerd, containerd.io, docker-ce, docker.io, cri-o): the platform brings its own.',
      };
}

function findKubernetes({ facts: { installed }, traces: { processes } }: HostSubject): Finding | undefined {
  const running = kubernetes.filter((name) => processes.includes(name)).map((name) => `${name} runs`);
  const there = ['kubelet', 'kubeadm'].flatMap((name) => {
    const version = installed[name];
    return version === undefined ? [] : [`${name} ${version} is installed`];
  });
  return running.length + there.length === 0
    ? undefined
    : {
        message: `there is Kubernetes on it already: ${[...running, ...there].join(', ')}`,
        remedy: 'Take the host out of the other cluster (kubeadm reset), and remove the packages kubelet and kubeadm.',
      };
}

function findFiles({ traces: { existing } }: HostSubject): Finding | undefined {
  return existing.length === 0
    ? undefined
    : {
        message: `files are in the way: ${existing.join(', ')}`,
        remedy:
          'Move them away or delete them. After a "kubeadm reset" /etc/cni/net.d and /etc/kubernetes have to be emptied by hand.',
      };
}

function findPorts({ node, traces: { ports } }: HostSubject, { cluster }: Purpose): Finding | undefined {
  const isControlPlane = node.role === 'ControlPlane';
  const etcdIsOurs = cluster.spec.etcd?.external === undefined;
  const wanted = [
    ...portsOfNodes,
    ...(isControlPlane ? portsOfControlPlane : []),
    ...(isControlPlane && etcdIsOurs ? portsOfEtcd : []),
  ];
  const taken = wanted.filter((port) => ports.includes(port)).toSorted((a, b) => a - b);
  return taken.length === 0
    ? undefined
    : {
        message: `something listens on the ports ${taken.join(', ')} already`,
        remedy: 'See what it is (ss -ltnp), and stop it or let it use another port.',
      };
}

function findSpace({ facts: { disks } }: HostSubject): Finding | undefined {
  const least = { '/var/lib': leastFreeBytes, '/': leastFreeRootBytes };
  const scarce = disks.filter(
    ({ path, freeBytes }) => freeBytes < (path in least ? least[path as keyof typeof least] : 0),
  );
  return scarce.length === 0
    ? undefined
    : {
        message: scarce
          .map(({ path, freeBytes, mount }) => `${path} (on ${mount}) has ${gibibytes(freeBytes)} free`)
          .join(', '),
        remedy: `Make room: ${gibibytes(leastFreeBytes)} for /var/lib and ${gibibytes(leastFreeRootBytes)} for /.`,
      };
}

/** Whether the host is free. One with a mark has all of this by our own doing, and it only matters whose mark it is. */
export const takeoverChecks: readonly HostCheck[] = [
  { name: 'Owner', find: findOwner },
  ...[
    { name: 'ContainerRuntime', find: findRuntime },
    { name: 'Kubernetes', find: findKubernetes },
    { name: 'Files', find: findFiles },
    { name: 'Ports', find: findPorts },
    { name: 'DiskSpace', find: findSpace },
  ].map(({ name, find }) => ({
    name,
    find: (host: HostSubject, purpose: Purpose) => (host.traces.mark === undefined ? find(host, purpose) : undefined),
  })),
];
