/**
 * A receipt or slip on the screen as the printer sets it: fixed columns, Hangul counted 2. A kiosk may have no Korean font of
 * fixed width, so each run of Hangul from the page's own font gets exactly its columns.
 */
import type { PaperLine } from '../../web/api/common.ts';

/** Runs of wide characters (Hangul, full-width signs) and of all others, in turn. */
export function runsOf(text: string): readonly { readonly text: string; readonly wide: boolean }[] {
  const runs = text.match(/[\u1100-\uffdc]+|[^\u1100-\uffdc]+/g) ?? [];
  return runs.map((run) => ({ text: run, wide: /^[\u1100-\uffdc]/.test(run) }));
}

export function Paper(props: { lines: readonly PaperLine[]; title?: string }) {
  const lines = props.title === undefined ? props.lines : [{ text: props.title }, ...props.lines];
  return (
    <div class="paper">
      {lines.map((line, place) => (
        <Line key={`${place} ${line.text}`} line={line} />
      ))}
    </div>
  );
}

function Line(props: { line: PaperLine }) {
  const { text, big } = props.line;
  return (
    <p class={big === true ? 'big' : ''}>
      {runsOf(text).map((run, place) =>
        run.wide ? (
          <span key={`${place} ${run.text}`} class="wide" style={{ width: `${run.text.length * 2}ch` }}>
            {run.text}
          </span>
        ) : (
          run.text
        ),
      )}
    </p>
  );
}
