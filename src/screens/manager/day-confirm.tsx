/** What a step of the business day asks before it writes: the sentence, the reason where one is needed, and the PIN. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { DayAnswer } from '../../web/api/day.ts';
import type { DecisionReason } from '../../web/api/payments.ts';
import { CASES } from '../text/manager.ts';
import { useAction } from './calls.ts';
import type { StepProps } from './day.tsx';
import { dayFault } from './day-parts.tsx';
import { PinField } from './fields.tsx';
import { type Given, isReasoned, ReasonFields, reasonBody } from './reason.tsx';

const PIN_MIN = 4;

interface FormProps extends StepProps {
  readonly sentence: string;
  /** On the button. */
  readonly label: string;
  readonly children?: ComponentChildren;
}

interface ConfirmProps extends FormProps {
  readonly isReady?: boolean;
  /** What is said while the call runs. */
  readonly running?: string;
  readonly send: (pin: string) => Promise<DayAnswer>;
}

export function Confirm(props: ConfirmProps) {
  const { language, isReady = true } = props;
  const [pin, setPin] = useState('');
  const action = useAction(language, props.signedOut);
  const run = async (): Promise<void> => {
    const answer = await action.run(() => props.send(pin));
    setPin('');
    if (answer !== null) props.changed(answer);
  };
  return (
    <form
      class="confirm"
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <p class="sentence">{props.sentence}</p>
      {props.children}
      <PinField label={CASES.pin[language]} value={pin} change={setPin} language={language} />
      <button type="submit" class="primary" disabled={action.busy || !isReady || pin.length < PIN_MIN}>
        {props.label}
      </button>
      <p class="muted" role="status">
        {action.busy ? (props.running ?? '') : ''}
      </p>
      <p class="fault" role="alert">
        {dayFault(action.error, language)}
      </p>
    </form>
  );
}

/** What the call needs of the reason: "other" comes with words. */
export interface Reasoned {
  readonly reason: DecisionReason;
  readonly note?: string;
  readonly pin: string;
}

export function ReasonConfirm(props: FormProps & { send: (given: Reasoned) => Promise<DayAnswer> }) {
  const { language, children, send, ...rest } = props;
  const [given, setGiven] = useState<Given>({ reason: 'WRONG_AMOUNT', note: '' });
  return (
    <Confirm
      {...rest}
      language={language}
      isReady={isReasoned(given)}
      send={(pin) => send({ ...reasonBody(given), pin })}
    >
      {children}
      <ReasonFields given={given} change={setGiven} language={language} />
    </Confirm>
  );
}
