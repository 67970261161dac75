import { hookStep } from './run-hook.ts';
import { everyNode } from './targets.ts';

export const ensurePostInstallHook = hookStep('PostInstall', everyNode);
