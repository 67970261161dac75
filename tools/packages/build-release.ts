import { join } from 'node:path';

import { cached, type CacheOptions, type ReleaseComponent } from '@tke/envtest';
import type {
  Architecture,
  IndexedImage,
  IndexedProgram,
  IndexedRelease,
  KubernetesRelease,
} from '@tke/package-source';

import { writeImageArchive } from '../oci/image-archive.ts';
import { componentsOf } from './components.ts';
import { imageRecipes, type ImageRecipe, type Programs } from './package-images.ts';
import type { PackageFolder } from './package-folder.ts';

interface HostPrograms extends Programs {
  readonly component: string;
  readonly target: IndexedProgram['folder'];
  readonly names: readonly string[];
}

/** Puts all that hosts need for a version into the folder; what is missing in the cache is downloaded or built first. */
export async function buildRelease(
  release: KubernetesRelease,
  architecture: Architecture,
  packages: PackageFolder,
  cache: CacheOptions,
): Promise<IndexedRelease> {
  const { kubernetes, etcd, coredns, containerd, runc, crictl, cniPlugins } = componentsOf(release);
  const from = async (component: ReleaseComponent) => ({
    folder: await cached(component, cache),
    version: component.version,
  });
  const kubernetesPrograms = await from(kubernetes);
  const hosts: readonly HostPrograms[] = [
    {
      ...kubernetesPrograms,
      component: kubernetes.name,
      target: 'bin',
      names: ['kubeadm', 'kubelet', 'kubectl'],
    },
    ...(await sequentially([containerd, runc, crictl, cniPlugins], async (component) => ({
      ...(await from(component)),
      component: component.name,
      target: component === cniPlugins ? ('cni' as const) : ('bin' as const),
      names: component.binaries,
    }))),
  ];
  const images = imageRecipes(release, {
    kubernetes: kubernetesPrograms,
    etcd: await from(etcd),
    coredns: await from(coredns),
  });
  return {
    programs: (await sequentially(hosts, (programs) => addPrograms(programs, architecture, packages))).flat(),
    images: await sequentially(images, (recipe) => addImage(recipe, architecture, packages)),
  };
}

async function addPrograms(
  { component, names, version, folder, target }: HostPrograms,
  architecture: Architecture,
  packages: PackageFolder,
): Promise<readonly IndexedProgram[]> {
  return sequentially(names, async (name) => {
    const path = `programs/${component}-${version}/${architecture}/${name}`;
    const file = await packages.copy(name, path, join(folder, name));
    return { ...file, version: version.slice(1), folder: target };
  });
}

async function addImage(
  recipe: ImageRecipe,
  architecture: Architecture,
  packages: PackageFolder,
): Promise<IndexedImage> {
  const { name, reference, controlPlaneOnly, config } = recipe;
  const path = `images/${architecture}/${name}-${reference.slice(reference.lastIndexOf(':') + 1)}.tar`;
  const file = await packages.add(name, path, (target) =>
    writeImageArchive(target, { name: reference, architecture, config, layers: recipe.layers() }),
  );
  return { ...file, reference, controlPlaneOnly };
}

/** One after the other: each takes all the machine has. */
async function sequentially<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) {
    results.push(await work(item));
  }
  return results;
}
