/** Faces without an attended payment that still needs somebody: the rail's lists and papers may open over them. */
import type { FaceId } from '../../station/snapshot.ts';

export const FREE_FACES: ReadonlySet<FaceId> = new Set<FaceId>([
  'IDLE',
  'REFUSED',
  'EXPIRED',
  'DONE-IN',
  'DONE-OUT',
  'END',
  'END-REV',
  'END-STOP',
  'LATER-OK',
  'LATER-DONE',
  'NO-OUT',
  'NO-OUT-REV',
  'VOID-NO',
  'LINE',
  'SLOW',
  'SCANNER',
  'NO-ROOM',
  'LEDGER',
  'STARTING',
]);
