import { parseMark, type HostMark } from '../reset/host-mark.ts';

/** What else a host has to tell before it is taken, besides its facts. */
export interface HostTraces {
  /** Whose host it is already. */
  readonly mark: HostMark | undefined;
  /** Of the paths asked for those that are there; of a folder the first file in it. */
  readonly existing: readonly string[];
  /** Of the files asked for those that are not there. */
  readonly missingFiles: readonly string[];
  /** Of the programs asked for those that are in the PATH. */
  readonly programs: readonly string[];
  /** Of the processes asked for those that run. */
  readonly processes: readonly string[];
  /** TCP ports that something listens on. */
  readonly ports: readonly number[];
  /** Destinations of all routes but default ones, e.g. `10.0.0.0/24`. */
  readonly routes: readonly string[];
  /** `firewalld`, `ufw`. */
  readonly firewalls: readonly string[];
  /** Whether cloud-init writes /etc/hosts anew at each boot. */
  readonly hostsFileManaged: boolean;
}

export interface TracesQuestion {
  readonly paths: readonly string[];
  readonly files: readonly string[];
  readonly programs: readonly string[];
  readonly processes: readonly string[];
}

/**
 * Prints one `<key> <value>` per line. Ports come from the kernel itself: no tool is needed, and 0A is TCP_LISTEN. $1 file of the mark, then
 * `<kind>:<word>`, …
 */
export const tracesScript = `
sed 's/^/mark /' "$1" 2>/dev/null
shift
for question; do
  word=\${question#*:}
  case "$question" in
    path:*)
      if [ -d "$word" ]; then
        find -H "$word" ! -type d -print 2>/dev/null | head -n 1 | sed 's/^/existing /'
      elif [ -e "$word" ] || [ -L "$word" ]; then
        echo "existing $word"
      fi;;
    file:*) [ -f "$word" ] || echo "missing $word";;
    program:*) command -v "$word" > /dev/null && echo "program $word";;
    process:*) grep -qsxF "$word" /proc/[0-9]*/comm && echo "process $word";;
  esac
done
sed -n 's/^ *[0-9]*: [0-9A-F]*:\\([0-9A-F]\\{4\\}\\) [0-9A-F]*:[0-9A-F]* 0A .*/port \\1/p' /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u
{ ip -4 route show; ip -6 route show; } 2>/dev/null | sed -n 's/^\\([0-9a-f][0-9a-f.:/]*\\) .*/route \\1/p' | head -n 1000
grep -qsxF firewalld /proc/[0-9]*/comm && echo 'firewall firewalld'
grep -q '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null && echo 'firewall ufw'
grep -Eqs '^[[:space:]]*manage_etc_hosts:[[:space:]]*(true|template|yes|on)' /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d/*.cfg && echo 'hosts-file managed'
exit 0
`;

/** Words of the script, after the file of the mark. */
export function questionWords({ paths, files, programs, processes }: TracesQuestion): readonly string[] {
  const all = { path: paths, file: files, program: programs, process: processes };
  return Object.entries(all).flatMap(([kind, words]) => words.map((word) => `${kind}:${word}`));
}

/** Reads what the script prints; what it does not know is left out. */
export function parseTraces(output: string): HostTraces {
  const lines = output.split('\n').map((line) => line.trim());
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1).trim());
  return {
    mark: parseMark(all('mark').join('\n')),
    existing: all('existing'),
    missingFiles: all('missing'),
    programs: all('program'),
    processes: all('process'),
    ports: all('port').map((port) => Number.parseInt(port, 16)),
    routes: all('route'),
    firewalls: all('firewall'),
    hostsFileManaged: all('hosts-file').length > 0,
  };
}
