/** [정하기 Decide]: one sentence, the verb on the button, a reason from the list, the PIN where it is asked. */
import { useState } from 'preact/hooks';
import type { OfferedDecision, PaymentAnswer, PaymentRow } from '../../web/api/payments.ts';
import { CallRefused } from '../shared/http.ts';
import { DECISION_TEXT } from '../text/decisions.ts';
import { CASES } from '../text/manager.ts';
import { CASE_WORDS } from '../text/states.ts';
import { type Language, say } from '../text/words.ts';
import { managerPost, useAction } from './calls.ts';
import { PinField } from './fields.tsx';
import { type Given, isReasoned, ReasonFields, reasonBody } from './reason.tsx';

interface DecideProps {
  readonly payment: PaymentRow & { readonly decisions: readonly OfferedDecision[] };
  readonly language: Language;
  readonly changed: () => void;
  readonly signedOut: () => void;
}

export function Decide(props: DecideProps) {
  const { payment, language } = props;
  const [chosen, setChosen] = useState<OfferedDecision | null>(null);
  if (payment.decisions.length === 0) return <p class="muted">{CASES.nothingOffered[language]}</p>;
  return (
    <section class="decide" aria-label={CASES.choose[language]}>
      <p>{CASES.choose[language]}</p>
      <div class="choices">
        {payment.decisions.map((offer) => (
          <button
            type="button"
            key={`${offer.decision} ${offer.caseReason}`}
            aria-pressed={offer === chosen}
            onClick={() => setChosen(offer)}
          >
            {DECISION_TEXT[offer.decision].name[language]}
            {offer.caseReason === null ? '' : ` (${CASE_WORDS[offer.caseReason][language]})`}
          </button>
        ))}
      </div>
      {chosen === null ? null : (
        <Confirm
          {...props}
          key={`${chosen.decision} ${chosen.caseReason} ${payment.version}`}
          offer={chosen}
          close={() => setChosen(null)}
        />
      )}
    </section>
  );
}

function Confirm(props: DecideProps & { offer: OfferedDecision; close: () => void }) {
  const { payment, language, offer } = props;
  const [given, setGiven] = useState<Given>({ reason: 'CUSTOMER_ASKED', note: '' });
  const [pin, setPin] = useState('');
  const action = useAction(language, props.signedOut);
  const text = DECISION_TEXT[offer.decision];
  const pinMissing = offer.pinNeeded && pin.length < 4;
  const decide = async (): Promise<void> => {
    const answer = await action.run(() =>
      managerPost<PaymentAnswer>(`payments/${encodeURIComponent(payment.sequenceId)}/decide`, {
        decision: offer.decision,
        version: payment.version,
        ...reasonBody(given),
        ...(offer.caseReason === null ? {} : { caseReason: offer.caseReason }),
        ...(pin === '' ? {} : { pin }),
      }).catch((error: unknown) => {
        if (error instanceof CallRefused && (error.code === 'STALE' || error.code === 'REFUSED'))
          props.changed();
        throw error;
      }),
    );
    setPin('');
    if (answer !== null) {
      props.close();
      props.changed();
    }
  };
  return (
    <form
      class="confirm"
      onSubmit={(event) => {
        event.preventDefault();
        void decide();
      }}
    >
      <p class="sentence">{say(text.confirm, language, { amount: payment.amount })}</p>
      <ReasonFields given={given} change={setGiven} language={language} />
      {offer.pinNeeded ? (
        <PinField label={CASES.pin[language]} value={pin} change={setPin} language={language} />
      ) : null}
      <p class="fault" role="alert">
        {action.fault}
      </p>
      <button type="submit" class="primary" disabled={action.busy || !isReasoned(given) || pinMissing}>
        {text.button[language]}
      </button>
      <button type="button" onClick={props.close}>
        {CASES.close[language]}
      </button>
    </form>
  );
}
