import { hookStep } from './run-hook.ts';
import { firstControlPlane } from './targets.ts';

export const ensurePostClusterInstallHook = hookStep('PostClusterInstall', firstControlPlane);
