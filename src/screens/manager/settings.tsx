/** Settings, read only, and one more manager. */
import { useState } from 'preact/hooks';
import type { DoneAnswer } from '../../web/api/common.ts';
import type { SettingsAnswer } from '../../web/api/terminal.ts';
import { clockTimeSeconds, date, digits } from '../text/format.ts';
import { NAV, SETTING_WARNINGS, SETTINGS, SIGN_IN } from '../text/manager.ts';
import { type Language, say } from '../text/words.ts';
import { managerPost, useAction, useLoad } from './calls.ts';
import type { PageProps } from './context.ts';
import { PinField, TextField } from './fields.tsx';
import { LoadState, ScrollingTable } from './parts.tsx';

const DAY_MS = 86_400_000;
/** A new certificate takes people weeks. */
const WARN_DAYS = 30;

export function Settings(props: PageProps) {
  const { language, live } = props;
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
              <dt>{SETTINGS.fileAt[language]}</dt>
              <dd>
                {settings.fileAtMs === null
                  ? '–'
                  : `${date(settings.fileAtMs)} ${clockTimeSeconds(settings.fileAtMs)}`}
              </dd>
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
                      {row.endsAtMs === null ? null : (
                        <CertificateEnd endsAtMs={row.endsAtMs} nowMs={live.wallMs} language={language} />
                      )}
                      {row.warning === null ? null : (
                        <span class="fault"> ▲ {SETTING_WARNINGS[row.warning][language]}</span>
                      )}
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

/** Days that a certificate has left; in time for a person to have a new one made it becomes a warning. */
function CertificateEnd(props: { endsAtMs: number; nowMs: number; language: Language }) {
  const days = Math.floor((props.endsAtMs - props.nowMs) / DAY_MS);
  const text = say(days < 0 ? SETTINGS.ended : SETTINGS.daysLeft, props.language, {
    days: digits(days),
    date: date(props.endsAtMs),
  });
  return days < WARN_DAYS ? <span class="fault"> ▲ {text}</span> : <span class="muted"> · {text}</span>;
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
