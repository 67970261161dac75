import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

import type { CodedError, ErrorOptions } from '@tke/errors';

import type { AddressRanges } from './address-ranges.ts';
import { embeddedIPv4 } from './embedded-ipv4.ts';
import { netErrors } from './errors.ts';

export interface AddressGuardOptions {
  readonly denied: AddressRanges;
  /** Who is kept away, for the message. Default: this process. */
  readonly owner?: string;
  /** How whoever runs it lets an address through, for the error. Default: that of the catalogue, which knows of no flags. */
  readonly remedy?: string;
  /** How names are resolved. Default: as the system does. */
  readonly lookup?: LookupFunction;
}

/**
 * Keeps connections away from addresses that whoever may name an address must not reach through this process. Both of its parts are
 * needed: Node.js resolves no name where the host is an address already.
 */
export class AddressGuard {
  readonly #denied: AddressRanges;
  readonly #owner: string;
  readonly #told: ErrorOptions;
  readonly #lookup: LookupFunction;

  constructor({ denied, owner = 'this process', remedy, lookup = systemLookup }: AddressGuardOptions) {
    this.#denied = denied;
    this.#owner = owner;
    this.#told = remedy === undefined ? {} : { remedy };
    this.#lookup = lookup;
  }

  /** Lets names pass: they are judged when they are resolved. @throws AddressDenied */
  check(host: string): void {
    const denial = this.#denial(host);
    if (denial !== undefined) {
      throw denial;
    }
  }

  /**
   * For the option `lookup` of sockets; fails with AddressDenied when any address of a name is denied. It judges what is connected to in
   * this very attempt: a name that was resolved before may mean something else by now (DNS rebinding).
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#lookup(hostname, options, (error, found, family) => {
      const denial = error === null ? this.#denialOfAny(found, hostname) : undefined;
      callback(denial ?? error, found, family);
    });
  };

  #denialOfAny(found: string | readonly LookupAddress[], name: string): CodedError | undefined {
    const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
    return addresses.map((address) => this.#denial(address, name)).find((denial) => denial !== undefined);
  }

  #denial(address: string, name?: string): CodedError | undefined {
    const range = this.#denied.find(address);
    if (range !== undefined) {
      return this.#refusal(name === undefined ? [address] : [name, address], range);
    }
    // A gateway on the way may make the one of the other, and then it is the other that is connected to.
    const inside = embeddedIPv4(address);
    const rangeInside = inside === undefined ? undefined : this.#denied.find(inside);
    return rangeInside === undefined || inside === undefined
      ? undefined
      : this.#refusal(name === undefined ? [address, inside] : [name, address, inside], rangeInside);
  }

  /** @param names what was asked for, and what that means. */
  #refusal([first, ...meanings]: readonly string[], range: string): CodedError {
    const stated = meanings.length === 0 ? first : `${first} stands for ${meanings.join(' and so for ')}, which`;
    const message = `${stated} is in ${range}, to which ${this.#owner} must not be made to connect`;
    return netErrors.AddressDenied(message, this.#told);
  }
}
