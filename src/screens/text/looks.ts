/** How a face looks and sounds (screens 1.4, 7). One silhouette, one colour token, one rhythm. */
export type Look = 'page' | 'cash-in' | 'cash-out' | 'stop' | 'done' | 'wait' | 'ask' | 'refuse';

export type IconId =
  | 'barcode'
  | 'tray-down'
  | 'tray-up'
  | 'u-turn'
  | 'hand'
  | 'check'
  | 'hourglass'
  | 'question'
  | 'slashed'
  | 'person'
  | 'clock'
  | 'rewind';

export type SoundId = 'tick' | 'good' | 'out' | 'ask' | 'low' | 'alarm';
