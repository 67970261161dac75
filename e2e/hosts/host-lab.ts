import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';

import { generateKey, resolveSshd, type SshKey } from '@tke/envtest';
import { errorMessage } from '@tke/errors';
import { getContainerRuntimeClient, type ContainerRuntimeClient } from 'testcontainers';

import { BareHost } from './bare-host.ts';
import { findOrStartEngine, stopPrivateEngine, withEngineLock, type Engine } from './engine.ts';
import { errors } from './errors.ts';
import { HostContainer } from './host-container.ts';
import { ensureHostImage } from './host-image.ts';
import { inUse, removeAbandoned } from './leftovers.ts';
import { raiseLimits } from './limits.ts';
import { ownerLabel, thisOwner } from './owner.ts';
import { makeSmallDisk, removeSmallDisk, type SmallDisk } from './small-disk.ts';

export interface HostOptions {
  /** Size of the file system of /var/lib, 65,536 at most. Takes root and a loop device. Default: all of this machine's disk. */
  readonly diskMebibytes?: number;
}

const labLabel = 'io.tkestack.e2e.lab';

interface LabParts {
  readonly engine: Engine;
  readonly image: string;
  readonly network: string;
  /** `10.66.3` */
  readonly prefix: string;
  readonly folder: string;
  readonly key: SshKey;
}

/**
 * Bare hosts on a network of their own. They reach each other and, at `gateway`, this machine; the Internet they do not
 * reach. What a killed process has left behind goes when the next lab starts.
 */
export class HostLab {
  /** The address of this machine in the hosts' network. */
  readonly gateway: string;
  /** `10.66.3.0/24` */
  readonly subnet: string;
  readonly #parts: LabParts;
  readonly #disks: SmallDisk[] = [];
  #started = 0;

  constructor(parts: LabParts) {
    this.#parts = parts;
    this.gateway = `${parts.prefix}.1`;
    this.subnet = `${parts.prefix}.0/24`;
  }

  /** Rejects with EngineMissing, EngineUnreachable, EngineFailed or HostImageFailed. */
  static start(): Promise<HostLab> {
    return withEngineLock(async () => {
      const engine = await findOrStartEngine();
      try {
        return await prepared(engine);
      } catch (error) {
        await stopUnused(engine);
        throw error;
      }
    });
  }

  /** Starts a host and waits until it has booted. The name is its host name. */
  async host(name: string, { diskMebibytes }: HostOptions = {}): Promise<BareHost> {
    const { image, network, prefix, folder, key } = this.#parts;
    const ip = `${prefix}.${(this.#started += 1) + 1}`;
    const hostKey = await generateKey(await resolveSshd(), join(folder, name));
    const volume = diskMebibytes === undefined ? undefined : await this.#smallDisk(name, diskMebibytes);
    const container = await new HostContainer(image, { name, network, ip, volume })
      .withName(`${network}-${name}`)
      .withLabels({ [ownerLabel]: thisOwner(), [labLabel]: network })
      .withCopyContentToContainer([
        { target: '/root/.ssh/authorized_keys', content: `${key.publicKey}\n`, mode: 0o600 },
        { target: '/etc/ssh/ssh_host_ed25519_key', content: hostKey.privateKey, mode: 0o600 },
        { target: '/etc/ssh/ssh_host_ed25519_key.pub', content: `${hostKey.publicKey}\n`, mode: 0o644 },
      ])
      .start();
    const host = new BareHost({ name, ip, container, key, hostKey });
    await host.untilReady();
    return host;
  }

  /** Starts hosts at the same time. */
  hosts(...names: readonly string[]): Promise<readonly BareHost[]> {
    return Promise.all(names.map((name) => this.host(name)));
  }

  /** Removes hosts and network, and ends the engine if it was started for tests and nobody else uses it. */
  async stop(): Promise<void> {
    const { engine, network, folder } = this.#parts;
    const { dockerode } = (await getContainerRuntimeClient()).container;
    // Also those whose start has failed.
    const hosts = await dockerode.listContainers({ all: true, filters: { label: [`${labLabel}=${network}`] } });
    await Promise.all(hosts.map(({ Id: id }) => dockerode.getContainer(id).remove({ force: true, v: true })));
    await dockerode.getNetwork(network).remove();
    for (const disk of this.#disks.splice(0)) {
      await dockerode.getVolume(volumeName(disk)).remove();
      await removeSmallDisk(disk);
    }
    await rm(folder, { recursive: true, force: true });
    await withEngineLock(() => stopUnused(engine));
  }

  async #smallDisk(name: string, mebibytes: number): Promise<string> {
    const disk = await makeSmallDisk(name, mebibytes);
    this.#disks.push(disk);
    const { container } = await getContainerRuntimeClient();
    await container.dockerode.createVolume({
      Name: volumeName(disk),
      Driver: 'local',
      DriverOpts: { type: 'ext4', device: disk.device },
      Labels: { [ownerLabel]: thisOwner() },
    });
    return volumeName(disk);
  }
}

async function prepared(engine: Engine): Promise<HostLab> {
  await raiseLimits();
  pointTestcontainersAt(engine);
  const client = await getContainerRuntimeClient();
  await removeAbandoned(client);
  const image = await ensureHostImage();
  const folder = await mkdtemp(join(tmpdir(), 'tke-lab-'));
  const key = await generateKey(await resolveSshd(), join(folder, 'key'));
  return new HostLab({ engine, image, folder, key, ...(await createNetwork(client)) });
}

/** Ends an engine that was started for tests, unless another test uses it. */
async function stopUnused({ isPrivate }: Engine): Promise<void> {
  if (isPrivate && !(await inUse(await getContainerRuntimeClient()))) {
    await stopPrivateEngine();
  }
}

/** It takes its settings from the environment, once. */
function pointTestcontainersAt({ address }: Engine): void {
  process.env.DOCKER_HOST = address;
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'; // its reaper's image is on the Internet
  process.env.TESTCONTAINERS_HOST_OVERRIDE = 'localhost'; // otherwise it asks for docker0, which a private engine has not
}

function volumeName({ file }: SmallDisk): string {
  return `tke-${file.slice(file.lastIndexOf('/') + 1)}`;
}

/** Hosts keep their addresses over restarts in a network only whose subnet was chosen by its user. */
async function createNetwork({ container }: ContainerRuntimeClient): Promise<{ network: string; prefix: string }> {
  const taken = Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses?.map(({ address }) => address) ?? [],
  );
  const prefixes = Array.from({ length: 256 }, (_, third) => `10.66.${third}`);
  // The engine compares with its own networks, which need not be all.
  for (const prefix of prefixes.filter((candidate) => !taken.some((address) => address.startsWith(`${candidate}.`)))) {
    const network = `tke-lab-${prefix}`;
    try {
      await container.dockerode.createNetwork({
        Name: network,
        CheckDuplicate: true,
        Labels: { [ownerLabel]: thisOwner() },
        IPAM: { Driver: 'default', Config: [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }] },
        Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' }, // hosts need no Internet: prove it
      });
      return { network, prefix };
    } catch (error) {
      if (!/overlaps|already exists/.test(errorMessage(error))) {
        throw error;
      }
    }
  }
  throw errors.NoFreeSubnet('all subnets of 10.66.0.0/16 with 24 bits are taken');
}
