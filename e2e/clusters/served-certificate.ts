import { connect } from 'node:tls';

export interface ServedCertificate {
  readonly serial: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

const timeoutMs = 30_000;

/** What is shown at an address now. */
export function servedCertificate(host: string, port: number): Promise<ServedCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: timeoutMs });
    socket.once('timeout', () => socket.destroy(new Error(`${host}:${port} shows no certificate`)));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate();
      socket.destroy();
      if (shown === undefined) {
        reject(new Error(`${host}:${port} shows no certificate`));
      } else {
        resolve({ serial: shown.serialNumber, notAfter: shown.validToDate.getTime() });
      }
    });
  });
}
