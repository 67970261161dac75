import { execFile } from 'node:child_process';

import type { KubectlResult } from '@tke/envtest';

/** Runs kubectl with a kubeconfig of its own. A failure is an answer. */
export function kubectlWith(kubectl: string, kubeconfig: string, args: readonly string[]): Promise<KubectlResult> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, KUBECONFIG: kubeconfig }, maxBuffer: 2 ** 26 };
    execFile(kubectl, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** For commands that must succeed. Resolves with what they printed. */
export function mustSucceed(
  kubectl: (...args: readonly string[]) => Promise<KubectlResult>,
): (...args: readonly string[]) => Promise<string> {
  return async (...args) => {
    const { code, stdout, stderr } = await kubectl(...args);
    if (code !== 0) {
      throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    }
    return stdout.trim();
  };
}
