import { CodedError, type ErrorDefinition, type ErrorOptions } from '@tke/errors';

import type { Status, StatusCause } from './status.ts';

// Nothing here is NeedsUser: runtime does not retry that class, yet a network, a credential or a certificate is mended
// without any change of the object that was being reconciled.
const transportErrors = {
  ConnectionFailed: { class: 'Retryable', remedy: 'Check that the server is up and can be reached from here.' },
  ConnectionLost: {
    class: 'Retryable',
    remedy: 'None if the next try succeeds; else check the network and the server.',
  },
  CertificateRejected: {
    class: 'Retryable',
    remedy: 'Set certificate-authority(-data) to the CA of the server, and tls-server-name where the name differs.',
  },
  CredentialFailed: { class: 'Retryable', remedy: 'Mend the token file, certificate file or credential plugin named.' },
  Timeout: { class: 'Retryable', remedy: 'Check the load of the server and the network to it.' },
  BadResponse: { class: 'Retryable', remedy: 'Check that the address is a kube-apiserver and what stands in between.' },
  ClientClosed: { class: 'Retryable', remedy: 'None: the process or the cluster it spoke to is being given up.' },
  InvalidRequest: { class: 'Bug', remedy: 'Report this with the log lines around it.' },
  InvalidConfiguration: { class: 'NeedsUser', remedy: 'Correct the kubeconfig as the message says.' },
} as const satisfies Record<string, ErrorDefinition>;

export type TransportErrorCode = keyof typeof transportErrors;

/** No answer, or none that could be understood. */
export class KubeTransportError extends CodedError {
  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(code, transportErrors[code], message, options);
  }
}

/** What was asked, for messages: neither headers nor body nor query, which may hold secrets. */
export interface RequestLabel {
  readonly method: string;
  readonly path: string;
}

export function describeRequest({ method, path }: RequestLabel): string {
  const query = path.indexOf('?');
  return `${method} ${query < 0 ? path : path.slice(0, query)}`;
}

const retried: ErrorDefinition = { class: 'Retryable', remedy: 'None if the next try succeeds.' };

// Nothing the server refuses is NeedsUser, Forbidden and Invalid included: permissions, quotas and admission policies change
// without the object being touched that is reconciled, and a terminal error would never look again. Whoever knows that the
// refused object is the user's own says so with an error of his own.
// kube-apiserver asks for a second or a few; what stands before it during maintenance may ask for hours, and nothing here may
// sleep that long.
const longestRetryAfterSeconds = 60;

const definitions: Readonly<Record<string, ErrorDefinition>> = {
  Forbidden: { class: 'Retryable', remedy: 'Grant the permission that the message names, or lift the quota.' },
  Unauthorized: { class: 'Retryable', remedy: 'Replace the credential: the server does not accept it.' },
  Invalid: { class: 'Retryable', remedy: 'Correct the fields that the message names.' },
  RequestEntityTooLarge: { class: 'Retryable', remedy: 'Make the object smaller.' },
  BadRequest: { class: 'Bug', remedy: 'Report this with the log lines around it.' },
  MethodNotAllowed: { class: 'Bug', remedy: 'Report this with the log lines around it.' },
  NotAcceptable: { class: 'Bug', remedy: 'Report this with the log lines around it.' },
  UnsupportedMediaType: { class: 'Bug', remedy: 'Report this with the log lines around it.' },
};

/** The server's refusal. `code` is the reason of its Status, or `HTTP<code>` where it gave none. */
export class KubeApiError extends CodedError {
  readonly status: Status;
  readonly httpStatus: number;

  constructor(request: RequestLabel, httpStatus: number, status: Status, retryAfterSeconds?: number) {
    const code = status.reason ?? `HTTP${httpStatus}`;
    const asked = retryAfterSeconds ?? status.details?.retryAfterSeconds;
    const seconds = asked === undefined ? undefined : Math.min(asked, longestRetryAfterSeconds);
    super(
      code,
      (Object.hasOwn(definitions, code) ? definitions[code] : undefined) ?? retried,
      `${describeRequest(request)}: ${httpStatus} ${status.reason ?? ''}: ${status.message ?? 'no message'}`.replace(
        ' :',
        ':',
      ),
      seconds === undefined ? {} : { retryAfterSeconds: seconds },
    );
    this.status = status;
    this.httpStatus = httpStatus;
  }

  get causes(): readonly StatusCause[] {
    return this.status.details?.causes ?? [];
  }
}

// A proxy, or the apiserver for a path it does not serve, answers without a Status: then the HTTP status decides, as in
// client-go's ReasonAndCodeForError.
function refusedWith(error: unknown, httpStatus: number, ...reasons: readonly string[]): error is KubeApiError {
  if (!(error instanceof KubeApiError)) {
    return false;
  }
  return error.status.reason ? reasons.includes(error.status.reason) : error.httpStatus === httpStatus;
}

export function isNotFound(error: unknown): error is KubeApiError {
  return refusedWith(error, 404, 'NotFound');
}

export function isAlreadyExists(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.status.reason === 'AlreadyExists';
}

/** The object changed since it was read, or a precondition or server-side apply met other data. */
export function isConflict(error: unknown): error is KubeApiError {
  return refusedWith(error, 409, 'Conflict');
}

export function isInvalid(error: unknown): error is KubeApiError {
  return refusedWith(error, 422, 'Invalid');
}

export function isForbidden(error: unknown): error is KubeApiError {
  return refusedWith(error, 403, 'Forbidden');
}

/** The resourceVersion or the continue token is too old. */
export function isGone(error: unknown): error is KubeApiError {
  return refusedWith(error, 410, 'Gone', 'Expired');
}

/** Either side gave up waiting. */
export function isTimeout(error: unknown): error is KubeApiError | KubeTransportError {
  const here = error instanceof KubeTransportError && error.code === 'Timeout';
  return here || refusedWith(error, 504, 'Timeout', 'ServerTimeout');
}

export function isTooManyRequests(error: unknown): error is KubeApiError {
  return refusedWith(error, 429, 'TooManyRequests');
}
