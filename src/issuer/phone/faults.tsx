import { useEffect, useState } from 'preact/hooks';
import { FAULT_CALLS, FAULT_KINDS, type FaultCall, type FaultKind, type FaultSetting } from './api.ts';
import { issuer } from './client.ts';
import { FAULT_TEXTS } from './texts.ts';
import { useWords } from './words.ts';

/** For developers and trainers: makes the issuer misbehave, per call. */
export function Faults() {
  const { say } = useWords();
  const [faults, setFaults] = useState<readonly FaultSetting[]>([]);
  const [failed, setFailed] = useState(false);
  // An answer sets every row anew: nobody may be choosing meanwhile.
  const [busy, setBusy] = useState(false);
  const take = (answer: Promise<{ readonly faults: readonly FaultSetting[] }>): void => {
    setBusy(true);
    answer
      .then(
        (value) => {
          setFaults(value.faults);
          setFailed(false);
        },
        () => setFailed(true),
      )
      .finally(() => setBusy(false));
  };
  useEffect(() => take(issuer.faults()), []);
  return (
    <details class="faults">
      <summary>
        {say('developers')}: {say('faults')}
      </summary>
      {failed ? <p role="alert">{say('unreachable')}</p> : null}
      {FAULT_CALLS.map((call) => (
        <FaultRow
          key={call}
          call={call}
          present={faults.find((fault) => fault.call === call) ?? null}
          busy={busy}
          onSet={(setting) => take(issuer.setFault(setting))}
        />
      ))}
    </details>
  );
}

function FaultRow(props: {
  readonly call: FaultCall;
  readonly present: FaultSetting | null;
  readonly busy: boolean;
  readonly onSet: (setting: FaultSetting) => void;
}) {
  const { say, language } = useWords();
  const [kind, setKind] = useState<FaultKind | null>(null);
  const [times, setTimes] = useState('1');
  useEffect(() => setKind(props.present?.kind ?? null), [props.present]);
  const count = /^[1-9]\d{0,3}$/.test(times) ? Number(times) : null;
  return (
    <div class="fault-row" data-call={props.call}>
      <label>
        <span>{props.call}</span>
        <select
          disabled={props.busy}
          value={kind ?? ''}
          onChange={(event) =>
            setKind(FAULT_KINDS.find((each) => each === event.currentTarget.value) ?? null)
          }
        >
          <option value="">{say('faultNone')}</option>
          {FAULT_KINDS.map((each) => (
            <option key={each} value={each}>
              {FAULT_TEXTS[each][language]}
            </option>
          ))}
        </select>
      </label>
      <input
        inputMode="numeric"
        disabled={props.busy}
        aria-label={`${props.call}: ${say('faultTimes')}`}
        value={times}
        onInput={(event) => setTimes(event.currentTarget.value)}
      />
      <button
        type="button"
        disabled={props.busy}
        onClick={() => props.onSet({ call: props.call, kind, times: count })}
      >
        {say('faultSet')}
      </button>
    </div>
  );
}
