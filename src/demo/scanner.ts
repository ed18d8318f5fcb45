/**
 * A network-attached scanner made of software: it looks at a picture, decodes whatever barcode is in it and sends the
 * text with its suffix to every connected till, as a device would. It knows nothing of payments and keeps nothing.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type Server, type Socket } from 'node:net';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

/** Pictures above this are refused undecoded; a screenshot of a whole phone is far smaller. */
const PNG_BYTES_MAX = 2 * 1024 * 1024;
const CONNECTIONS_MAX = 8;
/** A till that does not read is let go; a real device would have overwritten its buffer. */
const UNREAD_BYTES_MAX = 16 * 1024;

export interface DemoScannerOptions {
  /** 0: the system chooses; see `DemoScanner.port`. */
  readonly port: number;
  readonly host?: string;
  /** What the device appends to each read. */
  readonly suffix?: string;
  /** Put the AIM identifier (`]C0`) before the text, as some devices are set to do. */
  readonly identifier?: boolean;
}

export interface DecodedPicture {
  readonly text: string;
  /** AIM identifier such as `]C0`. */
  readonly identifier: string;
}

export interface DemoScanner {
  readonly port: number;
  /** Number of tills that are connected at this moment. */
  connections(): number;
  /** Decodes a PNG and sends what it read. unreadable: no barcode in it. noTill: read, but nobody is connected. */
  hold(png: Uint8Array): Promise<'read' | 'unreadable' | 'noTill'>;
  /** Sends a text as if it had been read; false when nobody is connected. */
  send(text: string): boolean;
  /** Idempotent; resolves when the port is free and every connection has ended. */
  close(): Promise<void>;
}

let decoderReady: Promise<unknown> | undefined;

/** Loads the decoder from the installed package; it never fetches anything from a network. */
async function loadDecoder(): Promise<unknown> {
  const path = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const wasm = await readFile(path);
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer;
  return prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
}

/** The first barcode found in a PNG, or null. A file that is no picture has none. */
export async function decodePicture(png: Uint8Array): Promise<DecodedPicture | null> {
  if (png.length === 0 || png.length > PNG_BYTES_MAX) return null;
  decoderReady ??= loadDecoder();
  await decoderReady;
  const found = await readBarcodes(png, { tryHarder: true, tryRotate: true, maxNumberOfSymbols: 1 });
  const first = found.find((result) => result.isValid);
  return first === undefined ? null : { text: first.text, identifier: first.symbologyIdentifier };
}

/** Listens for tills (loopback unless told otherwise). Rejects when the port is taken. */
export async function startDemoScanner(options: DemoScannerOptions): Promise<DemoScanner> {
  const suffix = options.suffix ?? '\r';
  const tills = new Set<Socket>();
  const server = createServer((socket) => {
    if (tills.size >= CONNECTIONS_MAX) {
      socket.destroy();
      return;
    }
    tills.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => tills.delete(socket));
    socket.resume(); // a scanner ignores what a till sends, but must notice when it hangs up
  });
  await listen(server, options.port, options.host ?? '127.0.0.1');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the scanner has no TCP address');

  const send = (text: string): boolean => {
    let sent = false;
    for (const till of tills) {
      if (till.destroyed) continue;
      if (till.writableLength > UNREAD_BYTES_MAX) {
        till.destroy();
        continue;
      }
      till.write(text + suffix);
      sent = true;
    }
    return sent;
  };

  return {
    port: address.port,
    connections: () => tills.size,
    send,
    hold: async (png) => {
      const decoded = await decodePicture(png);
      if (decoded === null) return 'unreadable';
      const text = options.identifier === true ? decoded.identifier + decoded.text : decoded.text;
      return send(text) ? 'read' : 'noTill';
    },
    close: () => closeAll(server, tills),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      server.on('error', () => undefined); // a failed accept concerns one till only
      resolve();
    });
  });
}

function closeAll(server: Server, tills: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const till of tills) till.destroy();
  });
}
