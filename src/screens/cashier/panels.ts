/** What may stand in the place of an idle face, and what each of these panels is given. */
import type { Snapshot } from '../../station/snapshot.ts';
import type { Language } from '../text/words.ts';
import type { Link } from './link.ts';

export type RailList = 'payoutDue' | 'returnDue' | 'later' | 'cases';
export interface OpenPaper {
  readonly kind: 'paper';
  readonly sequenceId: string;
  /** A slip of a charge that is credited later: it is given again only against the card's last four. */
  readonly slip: boolean;
}
export type OpenPanel =
  | { readonly kind: 'list'; readonly list: RailList }
  | OpenPaper
  | { readonly kind: 'find' }
  | { readonly kind: 'cashier' };

export interface PanelProps {
  readonly open: OpenPanel;
  readonly link: Link;
  readonly snapshot: Snapshot;
  readonly language: Language;
  readonly close: () => void;
  readonly show: (panel: OpenPanel) => void;
}
