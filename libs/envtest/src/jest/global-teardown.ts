import './global-setup.ts';

async function globalTeardown(): Promise<void> {
  await globalThis.tkeSharedControlPlane?.stop();
}

export { globalTeardown as default };
