/** Why somebody decides: one of the reasons, and words of their own. */
import type { DecisionReason } from '../../web/api/payments.ts';
import { DECISION_REASON_TEXT } from '../text/decisions.ts';
import { CASES } from '../text/manager.ts';
import type { Language } from '../text/words.ts';
import { SelectField, TextField } from './fields.tsx';

const NOTE_MIN = 10;
const NOTE_MAX = 200;
const REASONS = Object.keys(DECISION_REASON_TEXT) as readonly DecisionReason[];

export interface Given {
  readonly reason: DecisionReason;
  readonly note: string;
}

/** "Other" says nothing by itself: it comes with words. */
export function isReasoned({ reason, note }: Given): boolean {
  return reason !== 'OTHER' || note.trim().length >= NOTE_MIN;
}

/** The same as a call carries it. */
export function reasonBody({ reason, note }: Given): { reason: DecisionReason; note?: string } {
  const words = note.trim();
  return { reason, ...(words === '' ? {} : { note: words }) };
}

export function ReasonFields(props: { given: Given; change: (given: Given) => void; language: Language }) {
  const { given, change, language } = props;
  return (
    <>
      <SelectField
        label={CASES.why[language]}
        value={given.reason}
        change={(value) => change({ ...given, reason: REASONS.find((each) => each === value) ?? 'OTHER' })}
        options={REASONS.map((value) => ({ value, text: DECISION_REASON_TEXT[value][language] }))}
      />
      {given.reason === 'OTHER' ? (
        <TextField
          label={CASES.note[language]}
          value={given.note}
          change={(note) => change({ ...given, note })}
          lengthMax={NOTE_MAX}
        />
      ) : null}
    </>
  );
}
