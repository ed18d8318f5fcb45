/** NOT-READY: drawn by the page itself over face, dock and rail when it may not be trusted. */

import { Icon } from '../shared/icons.tsx';
import { won } from '../text/format.ts';
import { COVER } from '../text/system.ts';
import { type Language, say } from '../text/words.ts';
import { Headline } from './headline.tsx';
import type { PageState } from './link.ts';

const CALL_AFTER_S = 30;

export function Cover(props: {
  state: PageState;
  cover: { sinceMs: number; heldAmount: number | null };
  language: Language;
}) {
  const { cover, language } = props;
  const seconds = Math.max(0, Math.floor((props.state.nowMs - cover.sinceMs) / 1_000));
  const held = cover.heldAmount !== null;
  const isLong = seconds >= CALL_AFTER_S;
  const plain = props.state.isLetIn ? (isLong ? COVER.iLong : COVER.i) : COVER.iNotLetIn;
  const whenHeld = isLong ? COVER.iHeldLong : COVER.iHeld;
  return (
    <section class="cover" data-face={held ? 'NOT-READY-HELD' : 'NOT-READY'}>
      <Icon id="hand" size={128} />
      <div role="alert">
        <Headline text={say(held ? COVER.hHeld : COVER.h, language, { amount: cover.heldAmount })} />
        {held ? <p class="amount-line">{won(cover.heldAmount ?? 0, language)}</p> : null}
      </div>
      <p class="instruction">{say(held ? whenHeld : plain, language, { seconds })}</p>
    </section>
  );
}
