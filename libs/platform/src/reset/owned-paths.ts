import { dirname } from 'node:path/posix';

import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { defaultEtcdFolder } from '../kubeadm/paths.ts';
import { ownedPaths as ofAudit } from '../steps/control-plane/ensure-audit-config.ts';
import { ownedPaths as ofCNIPlugins } from '../steps/host/ensure-cni-plugins.ts';
import { ownedPaths as ofContainerRuntime } from '../steps/host/ensure-container-runtime.ts';
import { ownedPaths as ofKernelModule } from '../steps/host/ensure-kernel-module.ts';
import { ownedPaths as ofKubeadm } from '../steps/host/ensure-kubeadm.ts';
import { ownedPaths as ofKubelet } from '../steps/host/ensure-kubelet.ts';
import { ownedPaths as ofManifestDir } from '../steps/host/ensure-manifest-dir.ts';
import { ownedPaths as ofSysctl } from '../steps/host/ensure-sysctl.ts';
import { ownedPaths as ofNetwork } from '../steps/network/ensure-network.ts';

const ofSteps: readonly string[] = [
  ...[ofManifestDir, ofKernelModule, ofSysctl, ofContainerRuntime, ofKubelet, ofCNIPlugins, ofKubeadm],
  ...[ofAudit, ofNetwork],
].flat();

/**
 * All that steps leave on a host: files, and folders with what is in them. A host on which one of them exists already is not taken (preflight), and so the
 * reset may remove them. Of the folder of etcd's data, which may be one that others use, only what etcd makes in it.
 */
export function ownedPaths(etcdDataDir: string = defaultEtcdFolder): readonly string[] {
  return [...ofSteps, `${etcdDataDir}/member`].filter((path, index, all) => all.indexOf(path) === index);
}

export function etcdDataDirOf({ spec }: DeepReadonly<Pick<Cluster, 'spec'>>): string | undefined {
  const folder = spec.etcd?.local?.dataDir;
  return folder === '' ? undefined : folder;
}

/** Units among these paths, so that nobody forgets to stop one. */
export function unitsOf(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => /^\/etc\/systemd\/system\/([^/]+\.(?:service|timer))$/.exec(path)?.[1] ?? []);
}

/** Folders of every Linux system, as are those directly below /: they stay, though they may be empty. */
const systemFolders = [
  ...['/etc/modules-load.d', '/etc/sysctl.d', '/etc/systemd/system'],
  ...['/usr/lib', '/usr/libexec', '/usr/local/bin', '/var/lib', '/var/log'],
];

/** Further files in folders that come with a cluster; containerd makes sources of mounts that are missing, as /lib/modules for kube-proxy. */
const passing = ['/etc/containerd/conf.d/*', '/root/.kube/config', '/usr/lib/modules/*'];

/** Folders that steps made for these paths, inner ones first: they go where nobody else has put something into them. */
export function tidiedFolders(paths: readonly string[]): readonly string[] {
  const folders = [...paths, ...passing].flatMap((path) => outerFolders(path));
  return [...new Set(folders)].toSorted((a, b) => b.length - a.length);
}

function outerFolders(path: string): readonly string[] {
  const folder = dirname(path);
  return systemFolders.includes(folder) || dirname(folder) === '/' ? [] : [folder, ...outerFolders(folder)];
}
