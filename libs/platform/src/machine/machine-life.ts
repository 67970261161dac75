import { machine, type Machine } from '@tke/api-platform';

import { machineFinalizer } from '../names.ts';
import type { Life } from '../objects/planned-reconciler.ts';
import { MachineRemoval, type RemovalOptions } from '../remove/removal.ts';
import { MachineJoin, type JoinOptions } from './join.ts';
import type { MachinePass, MachineResult } from './machine-pass.ts';
import { placeOf } from './place.ts';
import { MachineUpkeep, type UpkeepOptions } from './upkeep.ts';

export interface MachineLifeOptions extends UpkeepOptions, Omit<RemovalOptions, 'scopes'>, JoinOptions {
  readonly scopes: JoinOptions['scopes'] & RemovalOptions['scopes'];
}

/** Brings hosts into their clusters, keeps their Nodes as asked, and takes them out again. */
export class MachineLife implements Life<Machine> {
  readonly kind = machine;
  readonly finalizer = machineFinalizer;
  readonly #options: MachineLifeOptions;
  readonly #join: MachineJoin;
  readonly #upkeep: MachineUpkeep;
  readonly #removal: MachineRemoval;

  constructor(options: MachineLifeOptions) {
    this.#options = options;
    this.#join = new MachineJoin(options);
    this.#upkeep = new MachineUpkeep(options);
    this.#removal = new MachineRemoval(options);
  }

  async advance(pass: MachinePass): Promise<MachineResult | undefined> {
    const { object } = pass.draft;
    const place = placeOf(object, this.#options.cache);
    const phase = object.status?.phase ?? 'Initializing';
    switch (place.kind) {
      case 'refused':
        return { outcome: { kind: 'stalled', error: place.error }, phase };
      case 'waiting':
        return { outcome: { kind: 'progressing', reason: 'WaitingForCluster', message: place.message }, phase };
      case 'found': {
        const result = await this.#join.advance(pass, place.cluster);
        return result === 'joined' ? this.#upkeep.reconcile(pass) : result;
      }
    }
  }

  remove(pass: MachinePass): Promise<MachineResult | 'removed'> {
    return this.#removal.advance(pass);
  }
}
