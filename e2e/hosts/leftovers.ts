import type { ContainerRuntimeClient } from 'testcontainers';

import { isAlive, ownerLabel } from './owner.ts';
import { removeAbandonedDisks } from './small-disk.ts';

const filters = { label: [ownerLabel] };

/** Removes containers, networks, volumes and disks of processes that are gone. */
export async function removeAbandoned({ container: { dockerode } }: ContainerRuntimeClient): Promise<void> {
  const isAbandoned = ({ Labels: labels }: { readonly Labels?: Readonly<Record<string, string>> | undefined }) =>
    !isAlive(labels?.[ownerLabel] ?? '');
  const containers = (await dockerode.listContainers({ all: true, filters })).filter(isAbandoned);
  await Promise.all(containers.map(({ Id: id }) => dockerode.getContainer(id).remove({ force: true, v: true })));
  const networks = (await dockerode.listNetworks({ filters })).filter(isAbandoned);
  await Promise.all(networks.map(({ Id: id }) => dockerode.getNetwork(id).remove()));
  const volumes = (await dockerode.listVolumes({ filters })).Volumes.filter(isAbandoned);
  await Promise.all(volumes.map(({ Name: name }) => dockerode.getVolume(name).remove()));
  await removeAbandonedDisks();
}

/** Whether there are hosts or networks of anybody. */
export async function inUse({ container: { dockerode } }: ContainerRuntimeClient): Promise<boolean> {
  const networks = await dockerode.listNetworks({ filters });
  return networks.length > 0 || (await dockerode.listContainers({ all: true, filters })).length > 0;
}
