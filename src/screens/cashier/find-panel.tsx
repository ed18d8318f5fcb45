/** Find (screens rule 8): by reference, approval code or last four; the issuer is asked again, which changes nothing. */
import { useState } from 'preact/hooks';
import type { FindAnswer } from '../../web/api/cashier.ts';
import { RAIL } from '../text/rail.ts';
import type { Words } from '../text/words.ts';
import { Aside, Items } from './items.tsx';
import type { PanelProps } from './panels.ts';
import { TextPad } from './text-pad.tsx';

/** Last four; a reference has eight, with or without its hyphen. */
const LENGTH_MIN = 4;
const LENGTH_MAX = 9;

const ASKED: Readonly<Record<FindAnswer['asked'], Words>> = {
  answered: RAIL.findAnswered,
  noAnswer: RAIL.findNoAnswer,
  not: RAIL.findNot,
};

export function Find(props: PanelProps) {
  const { link, language } = props;
  const [answer, setAnswer] = useState<FindAnswer | 'ready' | 'asking' | 'failed'>('ready');
  const search = (text: string): void => {
    setAnswer('asking');
    link
      .ask<FindAnswer>('find', { text })
      .then(setAnswer)
      .catch(() => setAnswer('failed'));
  };
  if (answer === 'asking') {
    return (
      <p class="empty" role="status">
        {RAIL.finding[language]}
      </p>
    );
  }
  if (typeof answer === 'object' && answer.items.length + answer.unread.length > 0) {
    return (
      <>
        <p class="found" role="status">
          <span>{ASKED[answer.asked][language]}</span>
          <button type="button" class="chip" onClick={() => setAnswer('ready')}>
            {RAIL.findAgain[language]}
          </button>
        </p>
        {answer.unread.length === 0 ? null : <Aside items={answer.unread} language={language} />}
        {answer.items.length === 0 ? null : <Items {...props} items={answer.items} />}
      </>
    );
  }
  const hint = answer === 'ready' ? RAIL.findHint : answer === 'failed' ? RAIL.failed : RAIL.nothingFound;
  return (
    <>
      <p class="empty" role="status">
        {hint[language]}
      </p>
      <TextPad
        language={language}
        letters={true}
        lengthMin={LENGTH_MIN}
        lengthMax={LENGTH_MAX}
        enter={RAIL.findStart[language]}
        send={search}
      />
    </>
  );
}
