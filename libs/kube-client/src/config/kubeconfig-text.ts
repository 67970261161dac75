import { KubeTransportError } from '../errors.ts';
import type { ClusterConfig, UserConfig } from './cluster-config.ts';
import { parseKubeconfigText } from './kubeconfig.ts';
import { resolveContext } from './resolve-context.ts';

export interface KubeconfigTextOptions {
  /** Where the text is from, for messages. */
  readonly origin: string;
  /** Default: its current-context. */
  readonly context?: string;
}

/** What points outside of the text, if anything does. */
function outsideReference({ ca, user }: ClusterConfig): string | undefined {
  switch (user.type) {
    case 'exec':
      return 'exec plugins are not run';
    case 'auth-provider':
      return 'auth-provider plugins are not run';
    case 'stored': {
      const values = [ca, user.token, user.certificate?.cert, user.certificate?.key];
      const isFile = values.some((value) => value !== undefined && 'path' in value);
      return isFile ? 'files are not read: put certificates into the *-data fields, the token into token' : undefined;
    }
  }
}

/** That the text holds the credential itself. */
export type InlineConfig = ClusterConfig & { readonly user: UserConfig & { readonly type: 'stored' } };

/**
 * A kubeconfig that somebody else wrote. What names a program or a file of this machine is refused: the one would run with
 * our rights, the other would be sent to a server of the writer's choice. Throws `InvalidConfiguration`.
 */
export function kubeconfigFromText(text: string, { origin, context }: KubeconfigTextOptions): InlineConfig {
  const config = resolveContext(parseKubeconfigText(text, { path: origin, folder: '/' }), context);
  const outside = outsideReference(config);
  if (outside !== undefined) {
    throw new KubeTransportError('InvalidConfiguration', `${origin}: ${outside}`, {
      remedy: 'Write a kubeconfig that holds everything itself, e.g. with `kubectl config view --raw --flatten`.',
    });
  }
  return config as InlineConfig;
}
