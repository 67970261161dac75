import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { KubernetesRelease } from '@tke/package-source';

import { layer, type ImageConfig } from '../oci/image-archive.ts';
import { copyProxyTools } from './kube-proxy-tools.ts';
import { compilePause } from './pause.ts';

/** One image of a release: as kubeadm calls it, and how it is made. */
export interface ImageRecipe {
  readonly name: string;
  readonly reference: string;
  readonly controlPlaneOnly: boolean;
  readonly config: ImageConfig;
  /** Uncompressed tars, the lowest first. */
  layers(): readonly Buffer[];
}

/** Programs of one component. */
export interface Programs {
  readonly folder: string;
  /** `v1.36.3` */
  readonly version: string;
}

export type ImagePrograms = Readonly<Record<'kubernetes' | 'etcd' | 'coredns', Programs>>;

const registry = 'registry.k8s.io';
const rootId = 0;
const searchPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The images that kubeadm of the release asks for: `kubeadm config images list`. */
export function imageRecipes(release: KubernetesRelease, programs: ImagePrograms): readonly ImageRecipe[] {
  const { images } = release;
  const tag = `v${release.kubernetes}`;
  const proxy = programImage('kube-proxy', tag, programs.kubernetes);
  return [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) =>
      programImage(name, tag, programs.kubernetes),
    ),
    programImage('etcd', images.etcd, programs.etcd, ['etcd', 'etcdctl', 'etcdutl']),
    {
      ...proxy,
      controlPlaneOnly: false,
      layers: () => [layer(rootId, copyProxyTools), ...proxy.layers()],
    },
    corednsImage(images.coredns, programs.coredns),
    pauseImage(images.pause),
  ];
}

/** An image of the control plane. kubeadm's manifests name the program without a folder. */
function programImage(name: string, tag: string, programs: Programs, files: readonly string[] = [name]): ImageRecipe {
  const folder = join('usr', 'local', 'bin');
  return {
    name,
    reference: `${registry}/${name}:${tag}`,
    controlPlaneOnly: true,
    config: { ...common(programs.version), Entrypoint: [`/${folder}/${name}`] },
    layers: () => [
      base(),
      copies(Object.fromEntries(files.map((file) => [join(folder, file), join(programs.folder, file)]))),
    ],
  };
}

function corednsImage(tag: string, { folder, version }: Programs): ImageRecipe {
  return {
    name: 'coredns',
    reference: `${registry}/coredns/coredns:${tag}`,
    controlPlaneOnly: false,
    // kubeadm's Deployment gives arguments alone.
    config: { ...common(version), Entrypoint: ['/coredns'] },
    layers: () => [base(), copies({ coredns: join(folder, 'coredns') })],
  };
}

function pauseImage(tag: string): ImageRecipe {
  return {
    name: 'pause',
    reference: `${registry}/pause:${tag}`,
    controlPlaneOnly: false,
    // Nobody's: a pause container needs no privilege, and pods that must not run as root get it too.
    config: { ...common(`v${tag}`), User: '65535:65535', Entrypoint: ['/pause'] },
    layers: () => [layer(rootId, (folder) => compilePause(join(folder, 'pause'), tag))],
  };
}

/** The version is that of the program, which may be newer than the tag. */
function common(version: string): ImageConfig {
  return { Env: [searchPath], Labels: { 'org.opencontainers.image.version': version } };
}

/** A layer of copies of files, by their path in the image. */
function copies(files: Readonly<Record<string, string>>): Buffer {
  return layer(rootId, (folder) => {
    for (const [path, source] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      copyFileSync(source, join(folder, path));
    }
  });
}

/** What programs expect of any root: user names, and where names of hosts are looked up. */
function base(): Buffer {
  return layer(rootId, (folder) => {
    mkdirSync(join(folder, 'etc'));
    mkdirSync(join(folder, 'tmp'));
    const users = ['root:x:0:0:root:/root:/sbin/nologin', 'nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin'];
    writeFileSync(join(folder, 'etc', 'passwd'), `${users.join('\n')}\n`);
    writeFileSync(join(folder, 'etc', 'group'), 'root:x:0:\nnogroup:x:65534:\n');
    writeFileSync(join(folder, 'etc', 'nsswitch.conf'), 'hosts: files dns\n');
  });
}
