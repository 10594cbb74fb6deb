/**
 * Waiting for something that must happen. A deadline only turns a hang into a failure that says
 * what was waited for; nothing passes because time went by.
 */

/** Longer than the slowest sanitizer on a busy machine takes for any one step. */
const limitMilliseconds = 40_000;

/** Gives what `promise` gives, or fails naming `what` after a long time. */
export async function within<Value>(what: () => string, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what()}`)), limitMilliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks `question` again and again until it says yes, or fails naming `what`: for what nobody
 * announces, such as a descriptor that another process closes.
 */
export async function comesTrue(what: string, question: () => boolean): Promise<void> {
  const end = performance.now() + limitMilliseconds;
  while (!question()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Callers that wait until a question is answered; asked again at each `notify`. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Asks every waiting question again. */
  notify(): void {
    for (const ask of [...this.#waiting]) ask();
  }

  /** Resolves with the first answer of `question` that is not undefined. */
  until<Value>(what: () => string, question: () => Value | undefined): Promise<Value> {
    const answered = new Promise<Value>((resolve, reject) => {
      const ask = (): void => {
        try {
          const answer = question();
          if (answer === undefined) return;
          this.#waiting.delete(ask);
          resolve(answer);
        } catch (error) {
          this.#waiting.delete(ask);
          reject(error);
        }
      };
      this.#waiting.add(ask);
      ask();
    });
    return within(what, answered);
  }
}
