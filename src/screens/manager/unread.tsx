/** Payments whose row in the ledger cannot be read: which they are, and what a manager does about them. */
import type { UnreadPayment } from '../../web/api/payments.ts';
import { maskedCard, won } from '../text/format.ts';
import { UNREAD } from '../text/manager.ts';
import { stateWords } from '../text/states.ts';
import { type Language, say } from '../text/words.ts';
import { typeWords, when } from './payment-table.tsx';
import { linkTo } from './route.ts';

export function Unread(props: { rows: readonly UnreadPayment[]; language: Language; nowMs: number }) {
  const { rows, language, nowMs } = props;
  if (rows.length === 0) return null;
  return (
    <div class="alarm" role="alert">
      <p>▲ {say(UNREAD.what, language, { count: rows.length })}</p>
      <ul>
        {rows.map(({ sequenceId, reference, known }) => (
          <li key={sequenceId} data-id={sequenceId}>
            <a href={linkTo('payment', {}, sequenceId)}>{reference}</a>
            {known === null ? null : (
              <>
                {' '}
                {when(known.scannedAtMs, nowMs)} · {typeWords(known.type, language)}{' '}
                {won(known.amount, language)} · {stateWords(known, language)} ·{' '}
                {maskedCard(known.bin, known.last4)}
              </>
            )}
          </li>
        ))}
      </ul>
      <p>{UNREAD.todo[language]}</p>
    </div>
  );
}
