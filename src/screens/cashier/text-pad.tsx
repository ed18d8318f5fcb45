/** A pad of digits, or of the letters and digits of a reference, for a kiosk without a keyboard. */
import { useState } from 'preact/hooks';
import { PIN } from '../text/rail.ts';
import type { Language } from '../text/words.ts';
import { usePad } from './input.ts';

const DIGITS = '1234567890';
/** References leave out I, L, O and U, which look like other characters; approval codes may hold them. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function TextPad(props: {
  language: Language;
  letters: boolean;
  lengthMin: number;
  lengthMax: number;
  enter: string;
  send: (text: string) => void;
}) {
  const { language, lengthMax } = props;
  const [text, setText] = useState('');
  const keys = [...DIGITS, ...(props.letters ? LETTERS : '')];
  const add = (key: string): void => setText((before) => (before.length < lengthMax ? before + key : before));
  const erase = (): void => setText((before) => before.slice(0, -1));
  usePad((key) => {
    if (key === 'Backspace') erase();
    else if (keys.includes(key.toUpperCase())) add(key.toUpperCase());
  });
  return (
    <div class="text-pad">
      <p class="typed" role="status">
        {text}
      </p>
      <div class="text-keys">
        {keys.map((key) => (
          <button type="button" key={key} onClick={() => add(key)}>
            {key}
          </button>
        ))}
        <button type="button" class="wide" onClick={erase}>
          {PIN.erase[language]}
        </button>
        <button
          type="button"
          class="wide enter"
          disabled={text.length < props.lengthMin}
          onClick={() => props.send(text)}
        >
          {props.enter}
        </button>
      </div>
    </div>
  );
}
