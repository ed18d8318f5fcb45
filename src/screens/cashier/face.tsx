/** One face: icon, headline, amount line, instruction, the sentence for the customer, reference, countdown or F9. */
import type { Countdown } from '../../station/snapshot.ts';
import { Icon } from '../shared/icons.tsx';
import { countdownDigits } from '../text/format.ts';
import { KEY_CAPS, keyVerb } from '../text/keys.ts';
import { WORDS } from '../text/rail.ts';
import { bandText } from '../text/refusals.ts';
import { type Language, say } from '../text/words.ts';
import { usePressOn } from './dock.tsx';
import { Headline } from './headline.tsx';
import type { Link, PageState } from './link.ts';
import { momentOf } from './moment.ts';
import { PinPad } from './pin-pad.tsx';
import { type Sentence, sentenceKey } from './sentence.ts';

const LAST_SECONDS_MS = 30_000;
/** Countdowns are spoken at ten and at five seconds only. */
const SPOKEN_S: readonly number[] = [10, 5];

interface FaceProps {
  readonly link: Link;
  readonly state: PageState;
  readonly sentence: Sentence | null;
  readonly language: Language;
  readonly press: (key: 'CLOSE') => void;
}

export function FaceView(props: FaceProps) {
  const { state, sentence, language } = props;
  const { snapshot } = state;
  if (snapshot === null || sentence === null) return <section class="face" data-look="stop" />;
  const { face } = snapshot;
  const { leftMs, wallMs } = momentOf(state, snapshot);
  const urgent = sentence.look === 'stop' || sentence.look === 'cash-in' || sentence.look === 'cash-out';
  const shown = face.countdown !== null && leftMs !== null ? { ...face.countdown, leftMs } : null;
  return (
    <section class={`face ${face.pinPad ? 'with-pad' : ''}`} data-look={sentence.look} data-face={face.id}>
      <div class="picture">
        <Icon id={sentence.icon} size={128} clockBadge={sentence.clockBadge} />
        {face.pinPad && shown !== null ? <Time countdown={shown} language={language} /> : null}
      </div>
      <div class="words">
        <div class="top" role={urgent ? 'alert' : 'status'}>
          <Headline text={sentence.headline} />
          {sentence.amountLine === null ? null : <p class="amount-line">{whole(sentence.amountLine)}</p>}
        </div>
        <p class="instruction">{sentence.instruction}</p>
        {sentence.question === null ? null : <p class="question">{sentence.question}</p>}
        {sentence.bigReference === null ? null : <p class="big-reference">{sentence.bigReference}</p>}
        {sentence.customer.length === 0 ? null : (
          <div class="customer">
            <p class="unseen">{WORDS.toCustomer[language]}</p>
            {sentence.customer.map((line) => (
              <p key={line.language} lang={line.language}>
                “{line.text}”
              </p>
            ))}
          </div>
        )}
        <p class="reference">{sentence.reference}</p>
      </div>
      <Corner {...props} shown={shown} />
      {face.pinPad ? (
        <PinPad language={language} send={(pin) => props.link.pin(pin)} key={sentenceKey(face)} />
      ) : null}
      {shown === null || face.closable ? null : <Bar countdown={shown} />}
      {snapshot.band === null || snapshot.band.leftMs <= state.nowMs - state.receivedMs ? null : (
        <p class="band" role="status">
          {bandText(snapshot.band.cause, snapshot.band.values, wallMs, language)}
        </p>
      )}
    </section>
  );
}

/** Lines never break inside a part: an amount, a code, a card. */
function whole(line: string) {
  const parts = line.split(' · ');
  return parts.map((part, index) => (
    <span class="part" key={part}>
      {index < parts.length - 1 ? `${part} · ` : part}
    </span>
  ));
}

/** Top right: F9 on faces that owe nothing, else the countdown. */
function Corner(props: FaceProps & { shown: Countdown | null }) {
  const { state, language, shown } = props;
  const face = state.snapshot?.face;
  const handlers = usePressOn(face === undefined ? '' : sentenceKey(face), () => props.press('CLOSE'));
  if (face === undefined) return null;
  if (!face.closable)
    return face.pinPad || shown === null ? null : <Time countdown={shown} language={language} />;
  return (
    <button
      type="button"
      class="close"
      disabled={state.pending !== null || state.cover !== null}
      aria-keyshortcuts="F9"
      {...handlers}
    >
      <span class="cap">{KEY_CAPS.CLOSE}</span>
      <span class="verb">{keyVerb('CLOSE', face.id, null)[language]}</span>
      {shown === null ? null : <span class="cap">{countdownDigits(shown.leftMs)}</span>}
    </button>
  );
}

function Time(props: { countdown: Countdown; language: Language }) {
  const { leftMs, kind } = props.countdown;
  const seconds = Math.ceil(leftMs / 1_000);
  const last = kind === 'barcodeLife' && leftMs < LAST_SECONDS_MS;
  return (
    <div class={`time ${last ? 'last' : ''}`} role="timer" aria-label={WORDS.timeLeft[props.language]}>
      {last ? <Icon id="clock" size={40} /> : null}
      <span>{countdownDigits(leftMs)}</span>
      <span class="unseen" role="status">
        {SPOKEN_S.includes(seconds) ? say(WORDS.secondsLeft, props.language, { seconds }) : ''}
      </span>
    </div>
  );
}

/** Along the lower edge, in steps of a second. */
function Bar(props: { countdown: Countdown }) {
  const { leftMs, totalMs } = props.countdown;
  const share = totalMs <= 0 ? 0 : Math.min(1, (Math.ceil(leftMs / 1_000) * 1_000) / totalMs);
  return (
    <div class="bar" aria-hidden="true">
      <div class="bar-left" style={{ width: `${share * 100}%` }} />
    </div>
  );
}
