export type {
  CallOptions,
  Client,
  DeleteOptions,
  ListOptions,
  PatchOptions,
  RawRequest,
  Reader,
  SelectorOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
  Writer,
} from './client.ts';
export type { ClusterConfig } from './config/cluster-config.ts';
export { kubeconfigFromText } from './config/kubeconfig-text.ts';
export type { InlineConfig, KubeconfigTextOptions } from './config/kubeconfig-text.ts';
export { connect } from './connect.ts';
export type { ConnectOptions } from './connect.ts';
export type { ApiResource, ApiSubresource } from './discovery/api-resource.ts';
export { Discovery } from './discovery/discovery.ts';
export type { LookupOptions } from './discovery/discovery.ts';
export {
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isTimeout,
  isTooManyRequests,
  KubeApiError,
  KubeTransportError,
} from './errors.ts';
export type { TransportErrorCode } from './errors.ts';
export { impersonating } from './impersonate.ts';
export type { JsonPatchOperation, Patch } from './patch.ts';
export type { Status, StatusCause } from './status.ts';
export { SwitchableConnection } from './switchable.ts';
export type { SwitchableOptions } from './switchable.ts';
export type { Impersonation } from './transport/impersonating.ts';
export type { RequestInfo, RequestObserver } from './transport/observing.ts';
