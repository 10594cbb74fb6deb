/** Talk of a run: on stderr, a line that overwrites itself on a terminal, else one now and then. */

import type { OnProgress } from '../../generator/measure/rounds.ts';

const pauseMilliseconds = 5000;

/** One line of talk. */
export function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

/** Seconds as people say them. */
function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}

/** Tells how far a run is, and how long the rest takes. */
export function progress(): OnProgress {
  const terminal = process.stderr.isTTY === true;
  let last = Number.NEGATIVE_INFINITY;
  return (done, all, secondsLeft, what) => {
    const now = performance.now();
    if (!terminal && now - last < pauseMilliseconds) return;
    last = now;
    const line = `${done} of ${all} trials, ${duration(secondsLeft)} left: ${what}`;
    if (terminal) process.stderr.write(`\r\x1b[Kbench: ${line}${done + 1 === all ? '\n' : ''}`);
    else say(line);
  };
}
