/** The exchange as a child process, seen from the one that started it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ExchangeCommand, ExchangeReport } from './exchange.ts';
import { type ExchangeOptions, exchangeParameters } from './options.ts';

type Report<Kind extends ExchangeReport['kind']> = Extract<ExchangeReport, { kind: Kind }>;

/** A running exchange. Disposing it ends the process, whatever it is doing. */
export class ExchangeProcess implements Disposable {
  readonly #child: ChildProcess;
  /** Where it listens. Rejected with a sentence when it cannot. */
  readonly listening: Promise<Report<'listening'>>;
  /** That all was sent and every connection is closed. */
  readonly finished: Promise<Report<'finished'>>;

  /** Starts it; `module` is one that calls runExchange(), by default the exchange of lines. */
  constructor(
    options: ExchangeOptions,
    module = fileURLToPath(new URL('./exchange.ts', import.meta.url)),
  ) {
    this.#child = fork(module, exchangeParameters(options), {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.listening = this.#report('listening');
    this.finished = this.#report('finished');
  }

  /** Asks it to end the session with what was sent so far. */
  stop(): void {
    const command: ExchangeCommand = { kind: 'stop' };
    if (this.#child.connected) this.#child.send(command);
  }

  /** Ends the process. */
  [Symbol.dispose](): void {
    this.#child.kill();
  }

  #report<Kind extends ExchangeReport['kind']>(kind: Kind): Promise<Report<Kind>> {
    const answer = new Promise<Report<Kind>>((resolve, reject) => {
      this.#child.on('message', (report: ExchangeReport) => {
        if (report.kind === kind) resolve(report as Report<Kind>);
        else if (report.kind === 'failed') reject(new Error(report.why));
      });
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => {
        const why = `the exchange ended before it was done (${signal ?? `exit ${code}`})`;
        // Its last report may be on its way still: they end with the channel.
        if (this.#child.connected) this.#child.once('disconnect', () => reject(new Error(why)));
        else setImmediate(() => reject(new Error(why)));
      });
    });
    // Whoever awaits it gets the rejection; nobody having got to it yet is no error.
    answer.catch(() => {});
    return answer;
  }
}
