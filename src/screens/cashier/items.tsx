/** A list of payments in a panel: what each one is, and the buttons that it has. */
import type { FaceIntent, RailItem } from '../../station/snapshot.ts';
import { clockTime, won } from '../text/format.ts';
import { RAIL, WORDS } from '../text/rail.ts';
import { type Language, say } from '../text/words.ts';
import type { PanelProps } from './panels.ts';
import { railLine } from './sentence.ts';

/** `open` of an item that was found: its face may be shown. Items of the rail always may. */
type Item = RailItem & { readonly open?: boolean };

export function Items(props: PanelProps & { items: readonly Item[] }) {
  const { language, items } = props;
  if (items.length === 0) return <p class="empty">{RAIL.empty[language]}</p>;
  return (
    <ul class="items">
      {items.map((item) => (
        <li key={item.sequenceId}>
          <What item={item} language={language} />
          <Buttons {...props} item={item} />
        </li>
      ))}
    </ul>
  );
}

type Facts = Pick<FaceIntent, 'type' | 'amount' | 'scannedAtMs' | 'last4' | 'reference'>;

/** `known`: what was known of it last; null: nothing. */
export interface Unread {
  readonly sequenceId: string;
  readonly reference: string;
  readonly known: Omit<Facts, 'reference'> | null;
}

/** What cannot be read in the ledger: no sentence of it can be trusted, so it has none, and no button. */
export function Aside(props: { items: readonly Unread[]; language: Language }) {
  const { items, language } = props;
  return (
    <>
      <p>{RAIL.asideText[language]}</p>
      <ul class="items">
        {items.map(({ sequenceId, reference, known }) => (
          <li key={sequenceId}>
            <span class="what">
              <b>{known === null ? reference : won(known.amount, language)}</b>
              {known === null ? null : (
                <span class="muted">{factsOf({ ...known, reference }, language)}</span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function factsOf(item: Facts, language: Language): string {
  const type = item.type === 'CHARGE' ? WORDS.charge : WORDS.refund;
  const card = say(WORDS.cardEnding, language, { last4: item.last4 });
  return [clockTime(item.scannedAtMs), type[language], card, item.reference].join(' · ');
}

function What({ item, language }: { item: Item; language: Language }) {
  return (
    <span class="what">
      <b>{railLine(item, item.face, language)}</b>
      <span class="muted">{factsOf(item, language)}</span>
    </span>
  );
}

function Buttons({ item, language, link, show }: PanelProps & { item: Item }) {
  const { sequenceId, paper } = item;
  const isSlip = paper === 'later';
  return (
    <span class="buttons">
      {paper === null ? null : (
        <button type="button" class="chip" onClick={() => show({ kind: 'paper', sequenceId, slip: isSlip })}>
          {(isSlip ? RAIL.slip : RAIL.receipt)[language]}
        </button>
      )}
      {item.open === false ? null : (
        <button type="button" class="chip" onClick={() => void link.press('OPEN', item)}>
          {RAIL.open[language]}
        </button>
      )}
    </span>
  );
}
