import { execFile } from 'node:child_process';

import type { Clock } from '@tke/time';

import { KubeTransportError } from '../errors.ts';
import type { Credential, CredentialSource } from './credential.ts';

/** `users[].user.exec` of a kubeconfig. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint?: string;
  /** `spec.cluster` of what the plugin is told; absent unless it asked for it (`provideClusterInfo`). */
  readonly cluster?: object;
}

interface ExecCredential {
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

const pluginTimeoutMs = 60_000;
const longestComplaint = 512;

/** Asks a credential plugin, and asks again when what it gave has expired or is refused. */
export class ExecCredentials implements CredentialSource {
  readonly #plugin: ExecPlugin;
  readonly #clock: Clock;
  #held: { readonly credential: Credential; readonly expiresAt: number } | undefined;
  #asking: Promise<Credential> | undefined;

  constructor(plugin: ExecPlugin, clock: Clock) {
    this.#plugin = plugin;
    this.#clock = clock;
  }

  async current(): Promise<Credential> {
    if (this.#held !== undefined && this.#clock.now() < this.#held.expiresAt) {
      return this.#held.credential;
    }
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async renew(rejected: Credential): Promise<Credential> {
    if (this.#held?.credential === rejected) {
      this.#held = undefined;
    }
    return this.current();
  }

  async #ask(): Promise<Credential> {
    const {
      token,
      clientCertificateData: cert,
      clientKeyData: key,
      expirationTimestamp,
    } = parse(await run(this.#plugin), this.#plugin);
    const credential: Credential = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
    };
    const expiresAt = expirationTimestamp === undefined ? Infinity : Date.parse(expirationTimestamp);
    this.#held = { credential, expiresAt };
    return credential;
  }
}

function run({ command, args, env, installHint, apiVersion, cluster }: ExecPlugin): Promise<string> {
  // KEP-541: plugins refuse to work without it.
  const execInfo = { apiVersion, kind: 'ExecCredential', spec: { interactive: false, ...(cluster && { cluster }) } };
  const environment = { ...process.env, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(execInfo) };
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(command, args, { env: environment, timeout: pluginTimeoutMs }, (error, stdout, stderr) => {
    if (error === null) {
      resolve(stdout);
      return;
    }
    // Neither arguments nor standard output nor the error of execFile, which quotes the arguments: all may be secret.
    const missing = error.code === 'ENOENT';
    const complaint = missing ? 'not found' : `failed (${error.signal ?? `exit code ${error.code ?? '?'}`})`;
    const said = stderr.trim().slice(-longestComplaint);
    reject(
      new KubeTransportError(
        'CredentialFailed',
        `credential plugin ${command} ${complaint}${said === '' ? '' : `: ${said}`}`,
        missing && installHint !== undefined ? { remedy: installHint } : {},
      ),
    );
  });
  child.stdin?.end();
  return promise;
}

function parse(output: string, { command, apiVersion }: ExecPlugin): NonNullable<ExecCredential['status']> {
  let status: ExecCredential['status'];
  try {
    ({ status } = JSON.parse(output) as ExecCredential);
  } catch {
    // The error of JSON.parse quotes its input, here a secret.
  }
  if (status?.token === undefined && status?.clientCertificateData === undefined) {
    const message = `credential plugin ${command} gave no ExecCredential of ${apiVersion} with a token or a certificate`;
    throw new KubeTransportError('CredentialFailed', message);
  }
  return status;
}
