import { isIPv6 } from 'node:net';

import type { AddressFacts, CpuArchitecture, DiskFacts, HostFacts, ModuleState, RouteFacts } from './facts.ts';

/** When the question was put and when the answer was there, by our clock. */
export interface AskedAt {
  readonly beganMs: number;
  readonly endedMs: number;
}

const architectures: Readonly<Record<string, CpuArchitecture>> = {
  x86_64: 'amd64',
  amd64: 'amd64',
  aarch64: 'arm64',
  arm64: 'arm64',
};

/** No host has more of anything; a broken one must not make us remember megabytes. */
const mostLines = 2000;

/** Reads the output of the script of facts. What is missing there is empty, zero or undefined. */
export function parseFacts(output: string, asked: AskedAt): HostFacts {
  const lines = new Lines(output);
  const machine = lines.first('machine');
  const container = lines.first('container');
  const systemd = lines.all('systemd')[0];
  return {
    os: {
      id: unquoted(lines.first('os.ID')),
      versionId: unquoted(lines.first('os.VERSION_ID')),
      name: unquoted(lines.first('os.PRETTY_NAME')),
      like: words(unquoted(lines.first('os.ID_LIKE'))),
    },
    hostname: lines.first('hostname'),
    architecture: architectures[machine],
    machine,
    kernel: lines.first('kernel'),
    machineId: lines.first('machine-id'),
    productUuid: lines.first('product-uuid').toLowerCase(),
    bootId: lines.first('boot'),
    cgroup: cgroup(lines),
    cpus: number(lines.first('cpus')),
    memory: {
      totalBytes: kibibytes(lines.first('memory.MemTotal')),
      availableBytes: kibibytes(lines.first('memory.MemAvailable')),
    },
    swap: {
      totalBytes: kibibytes(lines.first('memory.SwapTotal')),
      devices: lines.all('swap').map((line) => words(line)[0] ?? ''),
    },
    disks: disks(lines),
    addresses: lines.all('address').flatMap(address),
    defaultRoutes: lines.all('route').flatMap(route),
    clock: clock(lines, asked),
    installed: Object.fromEntries(lines.all('version').map(installed)),
    modules: pairs(lines.all('module')) as Readonly<Record<string, ModuleState>>,
    sysctls: pairs(lines.all('sysctl')),
    systemd: systemd === undefined ? undefined : { version: number(systemd) },
    container: container === '' || container === 'none' ? undefined : container,
    selinux: lines.all('selinux')[0]?.toLowerCase(),
  };
}

/** `<key> <value>` lines by key. */
class Lines {
  readonly #byKey = new Map<string, string[]>();

  constructor(output: string) {
    for (const line of output.split('\n').slice(0, mostLines)) {
      const [key = ''] = line.split(' ', 1);
      const values = this.#byKey.get(key) ?? [];
      values.push(line.slice(key.length + 1).trim());
      this.#byKey.set(key, values);
    }
  }

  all(key: string): readonly string[] {
    return this.#byKey.get(key) ?? [];
  }

  first(key: string): string {
    return this.all(key)[0] ?? '';
  }
}

function cgroup(lines: Lines): HostFacts['cgroup'] {
  const type = lines.first('cgroup');
  const version = type === 'cgroup2fs' ? 2 : type === 'tmpfs' ? 1 : undefined;
  return { version, controllers: [...new Set(lines.all('controller'))].sort() };
}

function disks(lines: Lines): readonly DiskFacts[] {
  const inodes = new Map(lines.all('inodes').map((line) => line.split('|') as [string, string]));
  return lines.all('disk').map((line) => {
    const [path = '', mount = '', type = '', total = '', free = ''] = line.split('|');
    const freeInodes = Number(inodes.get(path) ?? '-');
    return {
      path,
      mount,
      type,
      totalBytes: kibibytes(total),
      freeBytes: kibibytes(free),
      freeInodes: Number.isInteger(freeInodes) ? freeInodes : undefined,
    };
  });
}

function address(line: string): readonly AddressFacts[] {
  const [name = '', cidr = ''] = words(line);
  const [text = '', length] = cidr.split('/');
  const prefixLength = length === undefined ? undefined : number(length);
  return text === '' ? [] : [{ interface: name, address: text, prefixLength, family: isIPv6(text) ? 6 : 4 }];
}

/** `default via 10.0.0.1 dev eth0 proto dhcp …`, `default dev wg0 …` */
function route(line: string): readonly RouteFacts[] {
  const parts = words(line);
  const after = (word: string) => (parts.includes(word) ? parts[parts.indexOf(word) + 1] : undefined);
  const gateway = after('via');
  const name = after('dev');
  const isSix = (gateway !== undefined && isIPv6(gateway)) || (gateway === undefined && line.includes('pref'));
  return name === undefined ? [] : [{ family: isSix ? 6 : 4, interface: name, gateway }];
}

/** The host's clock was read between our two readings, so the true difference lies between two bounds. */
function clock(lines: Lines, { beganMs, endedMs }: AskedAt): HostFacts['clock'] {
  const least = number(lines.first('time.end')) * 1000 - endedMs;
  const most = number(lines.first('time.begin')) * 1000 - beganMs;
  return { aheadMs: Math.round((least + most) / 2), uncertaintyMs: Math.round(Math.abs(most - least) / 2) };
}

/** `containerd github.com/containerd/containerd v1.7.2 0cae…`, `kubelet Kubernetes v1.36.3`, `runc runc version 1.1.4` */
function installed(line: string): readonly [string, string] {
  const [name = '', ...rest] = words(line);
  const version = rest.map((word) => /^v?(\d+\.\d+[\w.+~-]*)/.exec(word)?.[1]).find((found) => found !== undefined);
  return [name, version ?? 'unknown'];
}

function pairs(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map((line) => [words(line)[0] ?? '', words(line).slice(1).join(' ')]));
}

function words(line: string): readonly string[] {
  return line.split(/\s+/).filter((word) => word !== '');
}

function unquoted(value: string): string {
  return value.replace(/^(["'])(.*)\1$/, '$2');
}

function number(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) ? value : 0;
}

function kibibytes(text: string): number {
  return number(text) * 1024;
}
