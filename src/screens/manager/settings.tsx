/** Settings, read only, and one more manager. */
import { useState } from 'preact/hooks';
import type { DoneAnswer, SettingsAnswer } from '../../web/api.ts';
import { NAV, SETTINGS, SIGN_IN } from '../text/manager.ts';
import { managerPost, useAction, useLoad } from './calls.ts';
import type { PageProps } from './context.ts';
import { PinField, TextField } from './fields.tsx';
import { LoadState, ScrollingTable } from './parts.tsx';

export function Settings(props: PageProps) {
  const { language } = props;
  const loaded = useLoad<SettingsAnswer>('settings', '', props.signedOut);
  const settings = loaded.data;
  return (
    <>
      <div class="title">
        <h1>{NAV.settings[language]}</h1>
      </div>
      <p class="muted">{SETTINGS.readOnly[language]}</p>
      <LoadState of={loaded} what={NAV.settings[language]} language={language} />
      {settings === null ? null : (
        <>
          <dl class="facts">
            <div>
              <dt>{SETTINGS.version[language]}</dt>
              <dd>{settings.version}</dd>
            </div>
            <div>
              <dt>{SETTINGS.file[language]}</dt>
              <dd>{settings.file ?? '–'}</dd>
            </div>
            <div>
              <dt>{SETTINGS.policy[language]}</dt>
              <dd class="mono">{settings.policyHash.slice(0, 16)}</dd>
            </div>
          </dl>
          <ScrollingTable label={NAV.settings[language]}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{SETTINGS.path[language]}</th>
                  <th scope="col">{SETTINGS.value[language]}</th>
                  <th scope="col">{SETTINGS.source[language]}</th>
                </tr>
              </thead>
              <tbody>
                {settings.rows.map((row) => (
                  <tr key={row.path}>
                    <td class="mono">{row.path}</td>
                    <td class="value">
                      {row.value}
                      {row.warning === null ? null : <span class="fault"> ▲ {row.warning}</span>}
                    </td>
                    <td>{SETTINGS[row.source][language]}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollingTable>
        </>
      )}
      <AddManager {...props} />
    </>
  );
}

function AddManager(props: PageProps) {
  const { language } = props;
  const [name, setName] = useState('');
  const [pin, setPin] = useState('');
  const [ownPin, setOwnPin] = useState('');
  const [added, setAdded] = useState(false);
  const action = useAction(language, props.signedOut);
  const add = async (): Promise<void> => {
    setAdded(false);
    const answer = await action.run(() =>
      managerPost<DoneAnswer>('managers', { name: name.trim(), pin, ownPin }),
    );
    setPin('');
    setOwnPin('');
    if (answer !== null) {
      setName('');
      setAdded(true);
    }
  };
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <h2>{SETTINGS.addManager[language]}</h2>
      <TextField label={SIGN_IN.name[language]} value={name} change={setName} lengthMax={40} />
      <PinField label={SETTINGS.newPin[language]} value={pin} change={setPin} language={language} />
      <PinField label={SETTINGS.ownPin[language]} value={ownPin} change={setOwnPin} language={language} />
      <button
        type="submit"
        disabled={action.busy || name.trim() === '' || pin.length < 4 || ownPin.length < 4}
      >
        {SETTINGS.addManager[language]}
      </button>
      <p role="status">{added ? SETTINGS.added[language] : ''}</p>
      <p class="fault" role="alert">
        {action.fault}
      </p>
    </form>
  );
}
