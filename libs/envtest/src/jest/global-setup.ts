import { ControlPlane } from '../control-plane/control-plane.ts';
import { sharedFolderVariable } from './shared-control-plane.ts';

declare global {
  // Jest runs setup and teardown in one process and hands nothing from one to the other.
  var tkeSharedControlPlane: ControlPlane | undefined;
}

async function globalSetup(): Promise<void> {
  const controlPlane = await ControlPlane.start();
  globalThis.tkeSharedControlPlane = controlPlane;
  process.env[sharedFolderVariable] = controlPlane.access.dataDir;
}

export { globalSetup as default };
