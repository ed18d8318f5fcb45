/** The six sounds (screens rule 13): each under a second, told apart by rhythm. A sound never is the only sign. */
import type { SoundId } from '../text/looks.ts';

interface Tone {
  readonly hertz: number;
  readonly startMs: number;
  readonly lengthMs: number;
}

function row(hertz: readonly number[], lengthMs: number, gapMs: number): readonly Tone[] {
  return hertz.map((each, index) => ({ hertz: each, startMs: index * (lengthMs + gapMs), lengthMs }));
}

export const SOUNDS: Readonly<Record<SoundId, readonly Tone[]>> = {
  tick: row([880], 60, 0),
  good: row([660, 825, 990], 110, 10),
  out: row([740, 740, 740], 90, 60),
  ask: row([520, 520, 700], 120, 60),
  low: row([220, 220], 160, 80),
  alarm: row([880, 440, 880, 440, 880, 440], 120, 20),
};

/** Plays through WebAudio. A browser that blocks sound leaves `blocked` true until somebody touches the page. */
export class Speaker {
  #context: AudioContext | null = null;

  /** True when sound is wanted and the browser does not let it out. */
  get blocked(): boolean {
    return this.#open()?.state !== 'running';
  }

  /** Called on the first touch or key: only then may a blocked context start. */
  wake(): void {
    const context = this.#open();
    if (context !== null && context.state === 'suspended') context.resume().catch(() => undefined);
  }

  play(sound: SoundId): void {
    const context = this.#open();
    if (context === null || context.state !== 'running') return;
    for (const tone of SOUNDS[sound]) {
      const oscillator = context.createOscillator();
      const gain = context.createGain();
      const start = context.currentTime + tone.startMs / 1_000;
      const end = start + tone.lengthMs / 1_000;
      oscillator.frequency.value = tone.hertz;
      oscillator.type = 'triangle';
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(0.4, start + 0.005);
      gain.gain.setValueAtTime(0.4, end - 0.01);
      gain.gain.linearRampToValueAtTime(0, end);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(start);
      oscillator.stop(end);
    }
  }

  #open(): AudioContext | null {
    if (this.#context === null && typeof AudioContext === 'function') this.#context = new AudioContext();
    return this.#context;
  }
}
