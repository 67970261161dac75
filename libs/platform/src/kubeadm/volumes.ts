import { dirname } from 'node:path/posix';

import type { Flags } from './args.ts';
import { pkiFolder } from './paths.ts';

/** HostPathMount of kubeadm v1beta4. */
export interface Volume {
  readonly name: string;
  readonly hostPath: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
  readonly pathType: 'Directory' | 'DirectoryOrCreate';
}

export function folderVolume(name: string, path: string, options: Pick<Volume, 'readOnly' | 'pathType'>): Volume {
  return { name, hostPath: path, mountPath: path, ...options };
}

/** Folders that kubeadm mounts by itself where they exist (phases/controlplane/volumes.go). */
const mountedByKubeadm = [
  pkiFolder,
  '/etc/ssl/certs',
  '/etc/pki/ca-trust',
  '/etc/pki/tls/certs',
  '/etc/ca-certificates',
  '/usr/share/ca-certificates',
  '/usr/local/share/ca-certificates',
];

const namesPath = /(file|dir|path|config|certificate-authority)$/;
const path = /^(\/[\w.@-]+){2,}$/;

/**
 * The folders of files that flags of spec name: the files are on the host, e.g. by features.files, and a static pod
 * sees only what is mounted. TKEStack mounted all of /etc/kubernetes.
 */
export function volumesOfFlags(flags: Flags = {}, mounted: readonly Volume[] = []): readonly Volume[] {
  const known = [...mountedByKubeadm, ...mounted.map(({ mountPath }) => mountPath)];
  const folders = Object.entries(flags)
    .filter(([name, value]) => namesPath.test(name) && path.test(value))
    .map(([, value]) => dirname(value))
    .filter((folder) => !known.some((each) => folder === each || folder.startsWith(`${each}/`)));
  return [...new Set(folders)]
    .toSorted()
    .map((folder, i) => folderVolume(`tke-flags-${i}`, folder, { readOnly: false, pathType: 'DirectoryOrCreate' }));
}
