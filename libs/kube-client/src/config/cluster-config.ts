import type { AuthProvider } from '../credentials/auth-provider-credentials.ts';
import type { ExecPlugin } from '../credentials/exec-credentials.ts';
import type { StoredCredentialsLocation } from '../credentials/stored-credentials.ts';
import type { ValueLocation } from '../credentials/stored-value.ts';
import type { Impersonation } from '../transport/impersonating.ts';

export type UserConfig =
  | ({ readonly type: 'stored' } & StoredCredentialsLocation)
  | { readonly type: 'exec'; readonly plugin: ExecPlugin }
  | { readonly type: 'auth-provider'; readonly provider: AuthProvider };

/** Everything needed to talk to one cluster, wherever it was read from. */
export interface ClusterConfig {
  readonly server: URL;
  /** Further addresses of the same server, in order of preference. */
  readonly alternatives?: readonly URL[];
  readonly ca?: ValueLocation;
  readonly serverName?: string;
  readonly insecureSkipVerify: boolean;
  readonly proxyUrl?: string;
  readonly user: UserConfig;
  readonly impersonate?: Impersonation;
}
