/** The barcode on a canvas: every module is a whole number of device pixels, or decoders misread its edges. */
import { type BarcodeDrawing, drawBarcode, MODULE_MM_MIN } from '../../barcode/draw.ts';

/** A CSS pixel is 1/96 inch by definition; phones keep close to it at arm's length. */
const CSS_PIXEL_MM = 25.4 / 96;
/** Wider modules gain nothing and leave the field of view of hand scanners. */
const MODULE_DEVICE_PIXELS_MAX = 12;

export interface BarcodeSize {
  /** Device pixels of one module. */
  readonly modulePixels: number;
  /** Narrower than a cheap scanner is sure to read. */
  readonly narrow: boolean;
}

/** How wide a module may be on this much room, at least one device pixel. */
export function sizeFor(modules: number, cssLength: number, devicePixelRatio: number): BarcodeSize {
  const fitting = Math.floor((cssLength * devicePixelRatio) / modules);
  const modulePixels = Math.max(1, Math.min(MODULE_DEVICE_PIXELS_MAX, fitting));
  return { modulePixels, narrow: (modulePixels / devicePixelRatio) * CSS_PIXEL_MM < MODULE_MM_MIN };
}

/**
 * Draws a text along the long side, first character at the top. `cssLength` and `cssBreadth` are the room there is;
 * the canvas takes the largest whole-pixel size in it.
 */
export function drawOn(
  canvas: HTMLCanvasElement,
  text: string,
  cssLength: number,
  cssBreadth: number,
  devicePixelRatio: number,
): BarcodeSize {
  const drawing: BarcodeDrawing = drawBarcode(text);
  const size = sizeFor(drawing.modules, cssLength, devicePixelRatio);
  canvas.width = Math.max(1, Math.floor(cssBreadth * devicePixelRatio));
  canvas.height = drawing.modules * size.modulePixels;
  // Set through the object model: the content security policy forbids style attributes in markup only.
  canvas.style.width = `${canvas.width / devicePixelRatio}px`;
  canvas.style.height = `${canvas.height / devicePixelRatio}px`;
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) return size;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000000';
  for (const bar of drawing.bars) {
    context.fillRect(0, bar.at * size.modulePixels, canvas.width, bar.width * size.modulePixels);
  }
  return size;
}

/** What stands on the canvas, as the demo scanner sees it. */
export function pngOf(canvas: HTMLCanvasElement): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
