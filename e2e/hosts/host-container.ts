import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { GenericContainer } from 'testcontainers';

const bootScript = join(import.meta.dirname, 'boot.sh');

export interface HostContainerOptions {
  readonly name: string;
  readonly network: string;
  readonly ip: string;
  /** A volume for /var/lib, else one of the engine's. */
  readonly volume: string | undefined;
}

/**
 * A container in which systemd and a container runtime of its own run. Not privileged: that would take a capability
 * which machines in the cloud are often denied (CAP_SYS_RESOURCE), and give it all devices.
 */
export class HostContainer extends GenericContainer {
  constructor(image: string, { name, network, ip, volume }: HostContainerOptions) {
    super(image);
    this.withNetworkMode(network)
      .withHostname(name)
      .withCopyContentToContainer([{ target: '/boot.sh', content: readFileSync(bootScript, 'utf8'), mode: 0o755 }])
      .withCommand(['/boot.sh'])
      .withAddedCapabilities('ALL')
      .withDroppedCapabilities('SYS_RESOURCE')
      .withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined')
      // What a machine loses at a reboot.
      .withTmpFs({ '/run': 'exec,mode=755', '/tmp': 'exec,mode=1777' });
    this.createOpts.StopSignal = 'SIGRTMIN+3'; // systemd's "power off" (systemd(1))
    this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: ip } } } };
    this.hostConfig.DeviceCgroupRules = ['a *:* rwm'];
    const untyped = {
      CgroupnsMode: 'private', // version 1.41 of the API
      MaskedPaths: [],
      ReadonlyPaths: [], // /proc/sys can be written, as on a machine
    };
    Object.assign(this.hostConfig, untyped);
    // One file system that is no overlay, since containerd makes overlays in it, and one only: nothing below is a mount
    // point that could not be removed.
    this.hostConfig.Mounts = [{ Type: 'volume', Target: '/var/lib', Source: volume ?? '' }];
  }
}
