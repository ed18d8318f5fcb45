/** Form fields of the manager pages. The PIN field refuses what a keyboard scanner types. */
import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { KeyGuard } from '../cashier/keyboard.ts';
import { SIGN_IN } from '../text/manager.ts';
import type { Language } from '../text/words.ts';

export function Field(props: { label: string; children: (id: string) => ComponentChildren }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children(id)}
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly lengthMax?: number;
  readonly numeric?: boolean;
  readonly placeholder?: string;
  readonly autocomplete?: string;
}

export function TextField(props: TextProps) {
  return (
    <Field label={props.label}>
      {(id) => (
        <input
          id={id}
          type="text"
          value={props.value}
          maxLength={props.lengthMax ?? 60}
          inputMode={props.numeric ? 'numeric' : 'text'}
          placeholder={props.placeholder ?? ''}
          autoComplete={props.autocomplete ?? 'off'}
          spellcheck={false}
          onInput={(event) => props.change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

const PIN_MAX = 8;

/** Digits only; keys closer together than a hand types empty the field and say why. */
export function PinField(props: {
  label: string;
  value: string;
  change: (pin: string) => void;
  language: Language;
}) {
  const guard = useRef(new KeyGuard());
  const [burst, setBurst] = useState(false);
  const typed = (event: KeyboardEvent): void => {
    if (event.repeat || event.key.length !== 1 || event.ctrlKey || event.metaKey) return;
    const seen = guard.current.press(event.key, event.timeStamp);
    if (seen.kind === 'held') {
      setBurst(false);
      return;
    }
    event.preventDefault();
    setBurst(true);
    props.change('');
  };
  return (
    <Field label={props.label}>
      {(id) => (
        <>
          <input
            id={id}
            type="password"
            inputMode="numeric"
            autoComplete="off"
            value={props.value}
            maxLength={PIN_MAX}
            aria-describedby={`${id}-burst`}
            onKeyDown={typed}
            onInput={(event) => props.change(event.currentTarget.value.replace(/\D/g, ''))}
          />
          <span id={`${id}-burst`} class="field-note" role="status">
            {burst ? SIGN_IN.burst[props.language] : ''}
          </span>
        </>
      )}
    </Field>
  );
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'] as const;

/** For a touch screen without a keyboard. */
export function DigitPad(props: { add: (digit: string) => void; erase: () => void; eraseLabel: string }) {
  return (
    <div class="digit-pad">
      {DIGITS.map((digit) => (
        <button type="button" key={digit} onClick={() => props.add(digit)}>
          {digit}
        </button>
      ))}
      <button type="button" onClick={props.erase}>
        {props.eraseLabel}
      </button>
    </div>
  );
}

export function SelectField(props: {
  label: string;
  value: string;
  change: (value: string) => void;
  options: readonly { readonly value: string; readonly text: string }[];
}) {
  return (
    <Field label={props.label}>
      {(id) => (
        <select id={id} value={props.value} onChange={(event) => props.change(event.currentTarget.value)}>
          {props.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
