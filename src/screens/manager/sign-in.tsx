/** Sign-in, and the first manager by the installer's code. */
import { useState } from 'preact/hooks';
import type { SessionAnswer } from '../../web/api/manager.ts';
import { SIGN_IN } from '../text/manager.ts';
import { PIN } from '../text/rail.ts';
import type { Language } from '../text/words.ts';
import { managerPost, useAction } from './calls.ts';
import { DigitPad, PinField, TextField } from './fields.tsx';

const PIN_MAX = 8;
const NAME_MAX = 40;

export function SignIn(props: {
  first: boolean;
  language: Language;
  signedIn: (session: SessionAnswer) => void;
}) {
  const { first, language } = props;
  const [name, setName] = useState('');
  const [pin, setPin] = useState('');
  const [code, setCode] = useState('');
  const action = useAction(language, () => undefined);
  const enter = async (): Promise<void> => {
    const session = await action.run(() =>
      first
        ? managerPost<SessionAnswer>('first', { code: code.trim(), name: name.trim(), pin })
        : managerPost<SessionAnswer>('sign-in', { name: name.trim(), pin }),
    );
    setPin('');
    if (session !== null) props.signedIn(session);
  };
  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <h1>{first ? SIGN_IN.firstTitle[language] : SIGN_IN.title[language]}</h1>
        {first ? <p>{SIGN_IN.firstText[language]}</p> : null}
        {first ? (
          <TextField label={SIGN_IN.code[language]} value={code} change={setCode} lengthMax={NAME_MAX} />
        ) : null}
        <TextField
          label={SIGN_IN.name[language]}
          value={name}
          change={setName}
          lengthMax={NAME_MAX}
          autocomplete="username"
        />
        <PinField label={SIGN_IN.pin[language]} value={pin} change={setPin} language={language} />
        <DigitPad
          add={(digit) => setPin((before) => (before.length < PIN_MAX ? before + digit : before))}
          erase={() => setPin((before) => before.slice(0, -1))}
          eraseLabel={PIN.erase[language]}
        />
        <p class="fault" role="alert">
          {action.fault}
        </p>
        <button type="submit" class="primary" disabled={action.busy || pin.length < 4 || name.trim() === ''}>
          {first ? SIGN_IN.make[language] : SIGN_IN.enter[language]}
        </button>
      </form>
    </main>
  );
}
