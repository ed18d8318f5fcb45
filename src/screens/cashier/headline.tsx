/** H: one headline. It takes the largest of four sizes that fits its line; only the last may break, at the colon. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

const SIZES = ['h-0', 'h-1', 'h-2', 'h-3'] as const;

/** Chosen before the browser paints, so the headline never moves; chosen anew when the width or the fonts change. */
export function Headline(props: { text: string }) {
  const element = useRef<HTMLHeadingElement>(null);
  const [epoch, setEpoch] = useState(0);
  useLayoutEffect(() => {
    const again = (): void => setEpoch((value) => value + 1);
    window.addEventListener('resize', again);
    document.fonts.ready.then(again, again);
    return () => window.removeEventListener('resize', again);
  }, []);
  useLayoutEffect(() => {
    const heading = element.current;
    if (heading === null) return;
    for (const size of SIZES) {
      heading.className = `headline ${size}`;
      if (heading.scrollWidth <= heading.clientWidth) break;
    }
  }, [props.text, epoch]);
  const parts = props.text.split(/(?<=: )/);
  return (
    <h1 class="headline" ref={element}>
      {parts.map((part) => (
        <span class="part" key={part}>
          {part}
        </span>
      ))}
    </h1>
  );
}
