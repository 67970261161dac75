import type { CallerRate } from './caller-rate.ts';

/** Bounds on what callers may cost. Sizes in bytes, times in milliseconds. */
export interface ServerLimits {
  /** Open connections; further ones are closed at once. */
  readonly maxConnections: number;
  /** Open connections of one caller, known by the common name of its certificate. */
  readonly maxConnectionsPerCaller: number;
  /** Handshakes of one remote address that have begun and not ended. */
  readonly maxHandshakesPerAddress: number;
  /** HTTP/2: requests of one connection at a time. */
  readonly maxStreams: number;
  /** Callers without a client certificate are not limited: where they are let in, nobody can tell them apart. */
  readonly callerRate: CallerRate;
  readonly maxHeaderBytes: number;
  /** Nested arrays and objects in a body. */
  readonly maxJsonDepth: number;
  /** Memory for the bodies of all callers together; bodies of up to 64 KiB are served even when it is used up. */
  readonly maxBufferedBytes: number;
  readonly handshakeTimeoutMs: number;
  /** From the first byte of a request to the last of its headers. At most `requestTimeoutMs`. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the last of its body. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** For a route that states none. */
  readonly handlerTimeoutMs: number;
  /** While stopping: how long requests are still taken, each answer closing its connection. */
  readonly lameDuckMs: number;
  /** While stopping, after that: how long requests in flight may take before their connections are cut. */
  readonly drainTimeoutMs: number;
}

export const defaultLimits: ServerLimits = {
  maxConnections: 4096,
  // An apiserver speaks HTTP/1.1 over as many connections as it has requests in flight, 600 by default.
  maxConnectionsPerCaller: 1024,
  maxHandshakesPerAddress: 256,
  // What Go's server allows.
  maxStreams: 250,
  callerRate: { perSecond: 5_000, burstSeconds: 1, longestDelayMs: 1_000 },
  maxHeaderBytes: 64 * 1024,
  maxJsonDepth: 100,
  maxBufferedBytes: 64 * 1024 * 1024,
  handshakeTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  // Go keeps idle connections 90 s. The side that gives up first must be the client, or it meets a reset.
  keepAliveTimeoutMs: 120_000,
  // One second less than the apiserver's default timeout of an admission webhook.
  handlerTimeoutMs: 9_000,
  lameDuckMs: 5_000,
  drainTimeoutMs: 10_000,
};

/** What kept a caller from taking more than its share. */
export const limitNames = [
  'connections',
  'callerConnections',
  'handshakes',
  'callerRate',
  'callerRateRefused',
  'bodySize',
  'bodyMemory',
  'slowBody',
] as const;
export type LimitName = (typeof limitNames)[number];
