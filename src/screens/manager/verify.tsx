/** [장부 검증 Verify]: the whole chain, with the index and the head that it reached. */
import { useState } from 'preact/hooks';
import type { VerifyAnswer } from '../../web/api/terminal.ts';
import { digits } from '../text/format.ts';
import { LIST } from '../text/manager.ts';
import { verifyFaultText } from '../text/verify.ts';
import { say } from '../text/words.ts';
import { managerPost, useAction } from './calls.ts';
import type { PageProps } from './context.ts';

/** The whole chain of years; the till goes on meanwhile. */
const TIMEOUT_MS = 600_000;

export function Verify(props: PageProps) {
  const { language } = props;
  const [answer, setAnswer] = useState<VerifyAnswer | null>(null);
  const action = useAction(language, props.signedOut);
  const verify = async (): Promise<void> => {
    setAnswer(await action.run(() => managerPost<VerifyAnswer>('verify', {}, TIMEOUT_MS)));
  };
  const text =
    answer === null
      ? action.fault
      : answer.ok
        ? say(LIST.verified, language, {
            entries: digits(answer.entries),
            index: answer.index,
            head: answer.head.slice(0, 12),
          })
        : verifyFaultText(answer.faults, language);
  return (
    <>
      <button type="button" onClick={() => void verify()} disabled={action.busy}>
        {LIST.verify[language]}
      </button>
      <span class={answer?.ok === false ? 'fault' : 'muted'} role="status">
        {action.busy ? LIST.verifying[language] : text}
      </span>
    </>
  );
}
