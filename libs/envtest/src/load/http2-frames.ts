/** Types and flags of HTTP/2 frames (RFC 9113, 6). */
export const frameType = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;
export const frameFlag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

export const frameHeaderBytes = 9;
/** Offset of the stream's number in a frame. */
export const streamOffset = 5;
/** What every peer takes (RFC 9113, 4.2). */
const maxPayload = 16_384;
export const maxWindow = 2 ** 31 - 1;

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const setting = { headerTableSize: 1, enablePush: 2, initialWindowSize: 4 } as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, streamOffset);
  return Buffer.concat([header, payload]);
}

/** The first complete frame from `at` on. */
export function frameAt(received: Buffer, at: number): Frame | undefined {
  if (received.length < at + frameHeaderBytes) {
    return undefined;
  }
  const end = at + frameHeaderBytes + received.readUIntBE(at, 3);
  if (received.length < end) {
    return undefined;
  }
  return {
    type: received.readUInt8(at + 3),
    flags: received.readUInt8(at + 4),
    stream: received.readUInt32BE(at + streamOffset) % 2 ** 31,
    payload: received.subarray(at + frameHeaderBytes, end),
  };
}

/** Without a header table every answer can be read by itself; with the widest window none has to wait for us. */
export function greeting(): Buffer {
  const settings = Buffer.alloc(18);
  [
    [setting.headerTableSize, 0],
    [setting.enablePush, 0],
    [setting.initialWindowSize, maxWindow],
  ].forEach(([name = 0, value = 0], index) => {
    settings.writeUInt16BE(name, index * 6);
    settings.writeUInt32BE(value, index * 6 + 2);
  });
  return Buffer.concat([preface, frame(frameType.settings, 0, 0, settings), windowUpdate(maxWindow - 65_535)]);
}

export function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame(frameType.windowUpdate, 0, 0, payload);
}

/** The frames of a POST, for stream 0: whoever sends them writes the stream's number into each. */
export function postFrames(path: string, body: Buffer): Buffer[] {
  // Indexed fields, then literals without indexing whose names are in the static table (RFC 7541, appendix A).
  const block = Buffer.concat([
    Buffer.from([0x83, 0x87]), // :method POST, :scheme https
    Buffer.from([0x01]), // :authority
    text('localhost'),
    Buffer.from([0x04]), // :path
    text(path),
    Buffer.from([0x0f, 31 - 15]), // content-type
    text('application/json'),
    Buffer.from([0x0f, 28 - 15]), // content-length
    text(String(body.length)),
  ]);
  const frames = [frame(frameType.headers, frameFlag.endHeaders, 0, block)];
  for (let at = 0; at === 0 || at < body.length; at += maxPayload) {
    const last = at + maxPayload >= body.length;
    frames.push(frame(frameType.data, last ? frameFlag.endStream : 0, 0, body.subarray(at, at + maxPayload)));
  }
  return frames;
}

/** A string of at most 126 bytes, as it is. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)]);
}

const indexedStatuses = [200, 204, 206, 304, 400, 404, 500];

/** The status of an answer, which is the first field of its headers. */
export function statusOf({ flags, payload }: Frame): number {
  let at = (flags & frameFlag.padded ? 1 : 0) + (flags & frameFlag.priority ? 5 : 0);
  while ((payload.readUInt8(at) & 0xe0) === 0x20) {
    at += 1; // the size of the header table
  }
  const first = payload.readUInt8(at);
  if (first >= 0x80) {
    return indexedStatuses[first - 0x88] ?? 0;
  }
  const length = payload.readUInt8(at + 1);
  const value = payload.subarray(at + 2, at + 2 + (length & 0x7f));
  return Number(length & 0x80 ? huffmanDigits(value) : value.toString('latin1'));
}

/** Digits only (RFC 7541, appendix B): 0 to 2 take five bits, 3 to 9 take six. */
function huffmanDigits(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let digits = '';
  for (let at = 0; digits.length < 3;) {
    const short = Number.parseInt(bits.slice(at, at + 5), 2);
    digits += String(short < 3 ? short : Number.parseInt(bits.slice(at, at + 6), 2) - 22);
    at += short < 3 ? 5 : 6;
  }
  return digits;
}
