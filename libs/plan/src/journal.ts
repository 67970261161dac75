import { planLimits, type JournalEntry } from '@tke/api-platform';

export type Entry = Readonly<JournalEntry>;

/** What became of the steps of one plan, in the order in which they were begun first. Immutable, and within `planLimits`. */
export class Journal {
  readonly entries: readonly Entry[];

  constructor(entries: readonly Entry[] = []) {
    this.entries = entries;
  }

  of(step: string, target: string): Entry | undefined {
    return this.entries.find((entry) => entry.step === step && entry.host === target);
  }

  /** With these entries in the place of those they follow up; finished ones of other steps go where there is no room for all. */
  with(step: string, changed: readonly Entry[]): Journal {
    const successors = new Map(changed.map((entry) => [entry.host, entry]));
    const kept = this.entries.map((entry) => (entry.step === step ? successors.get(entry.host) : undefined) ?? entry);
    const added = changed.filter(({ host }) => this.of(step, host) === undefined);
    return new Journal(bounded([...kept, ...added], step));
  }

  /** Without what is not finished of targets that the step has no more. */
  withoutStrangers(step: string, targets: readonly string[]): Journal {
    const known = new Set(targets);
    const stays = (entry: Entry) => entry.step !== step || isFinished(entry) || known.has(entry.host);
    return new Journal(this.entries.filter(stays));
  }
}

export function isFinished({ state }: Entry): boolean {
  return state === 'Done' || state === 'Skipped';
}

function bounded(entries: readonly Entry[], current: string): readonly Entry[] {
  let excess = entries.length - planLimits.journal;
  return excess <= 0
    ? entries
    : entries.filter((entry) => entry.step === current || !isFinished(entry) || excess-- <= 0);
}
