import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { errors } from '../errors.ts';

export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; 1 when a signal ended kubectl. */
  readonly code: number;
}

export interface KubectlRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly kubeconfigPath: string;
  /** kubectl keeps its caches and reads its preferences here. */
  readonly home: string;
  readonly input?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs kubectl to its end. A failure is an answer, not an error. */
export async function runKubectl(run: KubectlRun): Promise<KubectlResult> {
  const child = spawn(run.command, [`--kubeconfig=${run.kubeconfigPath}`, ...run.args], {
    env: { PATH: process.env.PATH, HOME: run.home },
    signal: run.signal,
    stdio: 'pipe',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (cause) =>
      reject(
        run.signal?.aborted ? (run.signal.reason as Error) : errors.ProcessNotStarted(`kubectl: ${cause.message}`),
      ),
    );
  });
  // kubectl need not read all of its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(run.input ?? '');
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code: code ?? 1 };
}
