import { crc32, deflateSync } from 'node:zlib';
import { drawBarcode, modulesOf } from './draw.ts';

/** A barcode as a PNG: one bit per pixel, `scale` pixels per module, `height` pixels of bars with a white border. */
export function barcodePng(text: string, scale = 4, height = 240): Uint8Array {
  if (!Number.isInteger(scale) || scale < 1 || scale > 40)
    throw new RangeError('scale must be 1 to 40 pixels');
  if (!Number.isInteger(height) || height < 1 || height > 4000)
    throw new RangeError('height must be 1 to 4000 pixels');
  const dark = modulesOf(drawBarcode(text));
  const border = 10 * scale;
  const width = dark.length * scale;
  const row = new Uint8Array(1 + Math.ceil(width / 8)).fill(0xff);
  row[0] = 0; // filter type of the row: none
  const blank = row.slice();
  for (let x = 0; x < width; x += 1) {
    if (dark[Math.floor(x / scale)] !== true) continue;
    const at = 1 + (x >> 3);
    row[at] = (row[at] ?? 0) & ~(0x80 >> (x & 7));
  }
  const rows: Uint8Array[] = [];
  for (let y = 0; y < height + 2 * border; y += 1)
    rows.push(y >= border && y < border + height ? row : blank);
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, rows.length);
  header.setUint8(8, 1); // one bit per pixel, greyscale
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'ascii'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
