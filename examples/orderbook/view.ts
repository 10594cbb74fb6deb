/**
 * The live view: on a terminal a few lines redrawn in place, elsewhere a line a second. It only
 * looks at the newest state; how fast it draws changes nothing for the reactor.
 */
import type { WriteStream } from 'node:tty';
import colors from 'picocolors';
import type { LiveState } from './run.ts';
import { syncStates } from './sync_state.ts';

/** What the view says about the run as a whole. */
export interface ViewTitle {
  /** Where the session comes from. */
  session: string;
  /** Messages of the session. */
  total: number;
}

const redrawMilliseconds = 100;
const lineMilliseconds = 1000;
/** Samples of the two curves, one every `sampleRedraws` redraws. */
const curveLength = 44;
const sampleRedraws = 2;
const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Draws until it is disposed. */
export class View implements Disposable {
  readonly #state: LiveState;
  readonly #title: ViewTitle;
  readonly #stream: WriteStream;
  readonly #start = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #mids: number[] = [];
  readonly #rates: number[] = [];
  #redraws = 0;
  #drawnLines = 0;
  #sampledMessages = 0;
  #sampledMilliseconds = this.#start;

  /** Starts drawing on `stream`. */
  constructor(state: LiveState, title: ViewTitle, stream: WriteStream) {
    this.#state = state;
    this.#title = title;
    this.#stream = stream;
    this.#timer = stream.isTTY
      ? setInterval(() => this.#redraw(), redrawMilliseconds)
      : setInterval(() => this.#line(), lineMilliseconds);
    if (stream.isTTY) stream.write('\x1b[?25l');
  }

  /** Draws a last time and gives the cursor back. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#stream.isTTY) {
      this.#redraw();
      this.#stream.write('\x1b[?25h');
    }
    this.#stream.write('\n');
  }

  #line(): void {
    const { top, messages, gaps, resynced } = this.#state;
    const book =
      top === undefined
        ? 'no book yet'
        : `bid ${price(top.bid)} x ${quantity(top.bidQuantity)}   ` +
          `ask ${price(top.ask)} x ${quantity(top.askQuantity)}`;
    const seconds = (performance.now() - this.#start) / 1000;
    this.#stream.write(
      `${seconds.toFixed(1).padStart(6)} s  ${book}   ` +
        `${grouped(messages)} of ${grouped(this.#title.total)} messages  gaps ${gaps.length}, ` +
        `mended ${resynced.length}\n`,
    );
  }

  #redraw(): void {
    if (this.#redraws++ % sampleRedraws === 0) this.#sample();
    const lines = this.#lines();
    const up = this.#drawnLines === 0 ? '' : `\x1b[${this.#drawnLines}A`;
    this.#stream.write(up + lines.map((line) => `\x1b[2K${line}\n`).join(''));
    this.#drawnLines = lines.length;
  }

  #sample(): void {
    const now = performance.now();
    const { top, messages } = this.#state;
    const elapsed = (now - this.#sampledMilliseconds) / 1000;
    if (elapsed > 0) push(this.#rates, (messages - this.#sampledMessages) / elapsed);
    this.#sampledMessages = messages;
    this.#sampledMilliseconds = now;
    if (top !== undefined) push(this.#mids, (Number(top.bid) + Number(top.ask)) / 2);
  }

  #lines(): string[] {
    const { top, messages, gaps, resynced, connections, flow, backend } = this.#state;
    const { session, total } = this.#title;
    const streams = [...flow].map(([name, count]) => `${name} ${grouped(count)}`);
    const seconds = (performance.now() - this.#start) / 1000;
    const state = syncStates[top?.state ?? 'waiting'];
    const paint = top?.state === 'live' ? colors.green : colors.yellow;
    const done = Math.round((Math.min(messages / total, 1) || 0) * curveLength);
    const progress = colors.cyan('━'.repeat(done)) + colors.dim('─'.repeat(curveLength - done));
    const rate = this.#rates.slice(-5).reduce((sum, value, _, all) => sum + value / all.length, 0);
    return [
      '',
      `  ${colors.bold('order book')}  ${session}  ${colors.dim(`4 TCP + 1 unix, ${backend}`)}`,
      '',
      `  ${colors.dim('bid')}   ${level(top?.bid, top?.bidQuantity, colors.green)}` +
        `   ${colors.dim('ask')}   ${level(top?.ask, top?.askQuantity, colors.red)}`,
      `  ${colors.dim('mid')}   ${curve(this.#mids)}  ${this.#mids.at(-1)?.toFixed(3) ?? ''}`,
      `  ${colors.dim('rate')}  ${curve(this.#rates)}  ${grouped(Math.round(rate))}/s`,
      `  ${colors.dim('done')}  ${progress}  ${grouped(messages)} messages, ` +
        `${seconds.toFixed(1)} s`,
      `  ${colors.dim('flow')}  ${streams.join(', ')}`,
      `  ${colors.dim('book')}  ${paint(state)}, gaps ${gaps.length}, mended ${resynced.length}, ` +
        `${connections} connections`,
    ];
  }
}

function push(samples: number[], value: number): void {
  samples.push(value);
  if (samples.length > curveLength) samples.shift();
}

/** Samples as bars between their least and their greatest. */
function curve(samples: readonly number[]): string {
  const least = Math.min(...samples);
  const range = Math.max(...samples) - least || 1;
  const drawn = samples.map((value) => {
    return bars[Math.round(((value - least) / range) * (bars.length - 1))] ?? '';
  });
  return colors.cyan(drawn.join('')) + ' '.repeat(curveLength - drawn.length);
}

function level(
  ticks: string | undefined,
  lots: string | undefined,
  paint: (text: string) => string,
): string {
  if (ticks === undefined || lots === undefined) return ' '.repeat(22);
  return `${paint(price(ticks).padStart(9))} x ${quantity(lots).padEnd(9)} `;
}

/** A price with two places, as this market quotes. */
function price(value: string): string {
  return value.slice(0, -6);
}

/** A quantity with four places, as this market quotes. */
function quantity(value: string): string {
  return value.slice(0, -4);
}

/** An integer with its thousands apart. */
export function grouped(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
