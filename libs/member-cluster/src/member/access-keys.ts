import { createHash } from 'node:crypto';

import type { ClusterConfig } from '@tke/kube-client';

/** Equal for equal parts of a configuration; says nothing about them. */
export interface AccessKeys {
  /** Of what is reached, and how. */
  readonly server: string;
  /** Of who we are there. */
  readonly user: string;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}

export function accessKeys({ user, impersonate, ...server }: ClusterConfig): AccessKeys {
  return { server: digest(server), user: digest([user, impersonate]) };
}
