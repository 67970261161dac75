/** One question of a load, with what may be answered to it. */
export interface LoadRequest {
  readonly path: string;
  /** Sent as JSON. */
  readonly body: unknown;
  /** The answers that are right, as `answerOf` names them. Absent: every answer is. */
  readonly right?: readonly string[];
}

export interface LoadTarget {
  /** `https://host:port`, no path. */
  readonly url: string;
  /** PEM of the CA that the server's certificate is checked against. */
  readonly ca: string;
  /** What the server's certificate must be for; empty: the host of the URL. Default `localhost`, as servers of tests are called. */
  readonly serverName?: string;
  /** The client certificate, where the server asks for one. */
  readonly client?: { readonly certPem: string; readonly keyPem: string };
}

/** What is sent, to whom and how fast. Plain data, so that it can be handed to another process. */
export interface LoadOptions extends LoadTarget {
  /** Sent in turn. */
  readonly requests: readonly LoadRequest[];
  /** Default `http/1.1`. */
  readonly protocol?: 'http/1.1' | 'h2';
  /** Kept alive, opened again when lost. Default 16. */
  readonly connections?: number;
  /** Requests in flight on each connection; HTTP/1.1 can only have one. Default 1. */
  readonly streams?: number;
  /**
   * Requests per second of all connections together. A request that has to wait for the one before it counts its
   * latency from when it was due. Default: each as soon as the one before it is answered.
   */
  readonly perSecond?: number;
  /** What is answered before this is not counted. Default 0. */
  readonly warmUpSeconds?: number;
  /** Counted from the end of the warm-up. Default: until it is told to stop. */
  readonly seconds?: number;
  /** How long a connection may be without a sign of life. Default 30,000. */
  readonly timeoutMs?: number;
}

export interface LoadReport {
  readonly seconds: number;
  /** Requests that were answered, whatever the answer. */
  readonly answered: number;
  readonly perSecond: number;
  /** How often each HTTP status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How often each answer came, as `answerOf` names it. */
  readonly answers: Readonly<Record<string, number>>;
  /** Answers that were not right. */
  readonly wrong: number;
  /** The first few of them. */
  readonly wrongExamples: readonly string[];
  /** Requests that were sent and not answered, by error code. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** Connections that could not be opened and requests that the server has said it did not look at, by error code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Connections opened. */
  readonly connects: number;
  /** How busy the event loop of the load itself was, 0 to 1. Near 1 the load has measured itself. */
  readonly busy: number;
  readonly latencyMs: {
    readonly mean: number;
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
}
