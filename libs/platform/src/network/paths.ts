export const networkFolder = '/etc/tke/network';
/** Script that makes the network of the host what it shall be. */
export const networkScriptPath = `${networkFolder}/up`;
/** `<block of another node> <address of its host>` a line. */
export const routesPath = `${networkFolder}/routes`;
export const conflistPath = '/etc/cni/net.d/10-tke.conflist';
export const networkUnit = 'tke-network.service';
export const networkTimer = 'tke-network.timer';

export function unitPath(unit: string): string {
  return `/etc/systemd/system/${unit}`;
}
