/** Items of the issuer's list that this ledger lost: the voucher that takes one over, and those that were written. */
import { useState } from 'preact/hooks';
import type { DayDifference, DayMissingBody } from '../../web/api/day.ts';
import { MISSING } from '../text/day.ts';
import { clockTimeSeconds, won } from '../text/format.ts';
import { say } from '../text/words.ts';
import { managerPost } from './calls.ts';
import type { StepProps } from './day.tsx';
import { ReasonConfirm } from './day-confirm.tsx';
import { SelectField } from './fields.tsx';
import { typeWords } from './payment-table.tsx';

type Loss = DayMissingBody['loss'];
const LOSSES: readonly Loss[] = ['dispute', 'store'];

/** Whether a voucher can take this one over now. */
export function isOffered({ day }: Pick<StepProps, 'day'>, difference: DayDifference): boolean {
  const { category, isKnown, theirs, sequenceId } = difference;
  if (category !== 'missingHere' || isKnown || theirs === null) return false;
  if (day.phase === 'wanted' || day.phase === 'agreed') return false;
  return !day.missingItems.some((item) => item.sequenceId === sequenceId);
}

export function MissingForm(props: StepProps & { item: DayDifference }) {
  const { day, language, item } = props;
  const { theirs, sequenceId, reference } = item;
  const [loss, setLoss] = useState<Loss>('dispute');
  if (theirs === null) return null;
  const isHeld = theirs.state === 'APPROVED';
  return (
    <ReasonConfirm
      {...props}
      sentence={say(isHeld ? MISSING.sentence : MISSING.undone, language, {
        reference,
        type: typeWords(theirs.type, language),
        amount: theirs.amount,
      })}
      label={MISSING.write[language]}
      send={(given) =>
        managerPost('day/missing', { date: day.date, version: day.version, sequenceId, loss, ...given })
      }
    >
      {isHeld ? (
        <SelectField
          label={MISSING.to[language]}
          value={loss}
          change={(value) => setLoss(value === 'store' ? 'store' : 'dispute')}
          options={LOSSES.map((value) => ({ value, text: MISSING[value][language] }))}
        />
      ) : null}
    </ReasonConfirm>
  );
}

export function MissingVouchers(props: StepProps) {
  const { day, language } = props;
  if (day.missingItems.length === 0) return null;
  return (
    <>
      <h3>{MISSING.title[language]}</h3>
      <ul class="day-items missing-items">
        {day.missingItems.map((item) => (
          <li key={item.sequenceId}>
            <span>{item.reference}</span>
            <span>{typeWords(item.type, language)}</span>
            <b>{won(item.amount, language)}</b>
            <span class="muted">
              {item.caseNumber} · {MISSING[item.loss ?? 'nothing'][language]} · {item.who}{' '}
              {clockTimeSeconds(item.atMs)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
