/** The PIN pad: 88 px keys, touch or digits at human speed; a scanner's burst never reaches it. */
import { useState } from 'preact/hooks';
import { CallRefused } from '../shared/http.ts';
import { PIN } from '../text/rail.ts';
import { type Language, say } from '../text/words.ts';
import { usePad } from './input.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
const PIN_MIN = 4;
const PIN_MAX = 8;
const MINUTE_MS = 60_000;

/** The sentence for a PIN that was not taken. */
export function pinFault(error: unknown, language: Language): string {
  if (error instanceof CallRefused && error.code === 'WRONG_PIN') {
    return say(PIN.wrong, language, { tries: error.detail.triesLeft ?? 0 });
  }
  if (error instanceof CallRefused && error.code === 'LOCKED_OUT') {
    return say(PIN.lockedOut, language, {
      minutes: Math.ceil((error.detail.leftMs ?? MINUTE_MS) / MINUTE_MS),
    });
  }
  return PIN.failed[language];
}

export function PinPad(props: { language: Language; send: (pin: string) => Promise<void> }) {
  const { language } = props;
  const [pin, setPin] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const add = (digit: string): void => {
    setFault(null);
    setPin((before) => (before.length < PIN_MAX ? before + digit : before));
  };
  const erase = (): void => setPin((before) => before.slice(0, -1));
  const enter = (): void => {
    if (pin.length < PIN_MIN || asking) return;
    setAsking(true);
    props
      .send(pin)
      .catch((error: unknown) => setFault(pinFault(error, language)))
      .finally(() => {
        setPin('');
        setAsking(false);
      });
  };
  usePad((key) => {
    if (/^\d$/.test(key)) add(key);
    else if (key === 'Backspace') erase();
  });
  return (
    <fieldset class="pin-pad" aria-label={PIN.label[language]}>
      <p class="pin-shown" role="status">
        {fault ?? (
          <>
            <span aria-hidden="true">{pin === '' ? PIN.label[language] : '●'.repeat(pin.length)}</span>
            <span class="unseen">{say(PIN.digits, language, { count: pin.length })}</span>
          </>
        )}
      </p>
      <div class="pin-keys">
        {DIGITS.map((digit) => (
          <button type="button" key={digit} onClick={() => add(digit)}>
            {digit}
          </button>
        ))}
        <button type="button" class="small" onClick={erase}>
          {PIN.erase[language]}
        </button>
        <button type="button" onClick={() => add('0')}>
          0
        </button>
        <button type="button" class="small enter" onClick={enter} disabled={pin.length < PIN_MIN || asking}>
          {PIN.enter[language]}
        </button>
      </div>
    </fieldset>
  );
}
