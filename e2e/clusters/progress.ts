import { waitFor } from '@tke/envtest';

import type { HubUnderTest } from '../hub-under-test.ts';

const minutes = 60_000;

/** What an administrator sees of Clusters and Machines with kubectl. `what` is e.g. `cluster/cls-one`. */
export class Progress {
  readonly #hub: HubUnderTest;

  constructor(hub: HubUnderTest) {
    this.#hub = hub;
  }

  get(what: string, path: string): Promise<string> {
    return this.#hub.must(['get', what, '-o', `jsonpath=${path}`]);
  }

  /** Status, reason and message of a condition, in one line. */
  condition(what: string, type: string): Promise<string> {
    return this.get(what, `{range .status.conditions[?(@.type=="${type}")]}{.status} {.reason} {.message}{end}`);
  }

  ready(...what: readonly string[]): Promise<string> {
    return this.#hub.must(['wait', '--for=condition=Ready', '--timeout=600s', ...what]);
  }

  /** Resolves with the condition Ready when that matches. */
  async untilReason(what: string, reason: RegExp, timeoutMs = 3 * minutes): Promise<string> {
    let seen = '';
    await waitFor(async () => reason.test((seen = await this.condition(what, 'Ready'))), {
      description: `${what}: ${String(reason)}`,
      timeoutMs,
      intervalMs: 300,
    });
    return seen;
  }

  /** By the journal: a short step may have gone by between two looks at the one that is under way. */
  async untilStep(what: string, step: string): Promise<void> {
    const begun = `{.status.plan.journal[?(@.step=="${step}")].state}`;
    await waitFor(async () => (await this.get(what, begun)) !== '', {
      description: `the plan of ${what} comes to ${step}`,
      timeoutMs: 5 * minutes,
      intervalMs: 50,
    });
  }

  /** Kills the leader in a step of the plan, and starts it again. */
  async killLeaderIn(what: string, step: string): Promise<void> {
    await this.untilStep(what, step);
    await (await this.#hub.kill('manager')).revive();
  }

  /** Tells the step that waits for its user that it may go on. */
  async retry(what: string, value: string): Promise<void> {
    await this.#hub.must(['annotate', what, '--overwrite', `platform.tkestack.io/retry=${value}`]);
  }
}
