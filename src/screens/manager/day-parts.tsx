/** What the steps of the business day share: the sentence for a refusal, and a list of payments. */
import type { DayItem } from '../../web/api/day.ts';
import { CallRefused } from '../shared/http.ts';
import { DAY_REFUSALS } from '../text/day.ts';
import { won } from '../text/format.ts';
import { stateWords } from '../text/states.ts';
import type { Language } from '../text/words.ts';
import { errorText } from './calls.ts';
import { typeWords } from './payment-table.tsx';
import { linkTo } from './route.ts';

/** The whole day is read from the issuer meanwhile. */
export const LONG_MS = 600_000;

/** The sentence for a step that was refused; null: there is no error. */
export function dayFault(error: unknown, language: Language): string | null {
  if (error === null) return null;
  const refusal = error instanceof CallRefused ? (error.detail.refusal ?? '') : '';
  return DAY_REFUSALS[refusal]?.[language] ?? errorText(error, language);
}

export function signedWon(amount: number, language: Language): string {
  return amount > 0 ? `+${won(amount, language)}` : won(amount, language);
}

export function ItemList(props: { items: readonly DayItem[]; language: Language }) {
  const { items, language } = props;
  return (
    <ul class="day-items">
      {items.map((item) => (
        <li key={item.sequenceId}>
          <a href={linkTo('payment', {}, item.sequenceId)}>{item.reference}</a>
          <span>{typeWords(item.type, language)}</span>
          <b>{won(item.amount, language)}</b>
          <span class="muted">{stateWords(item, language)}</span>
        </li>
      ))}
    </ul>
  );
}
