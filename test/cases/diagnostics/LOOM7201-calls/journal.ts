import { appendFileSync } from 'fs';
import lockfile from 'proper-lockfile';

export class Journal {
  add(line: { text: string }): void {
    this.#write(line.text);
  }
  #write(text: string): void {
    lockfile.lockSync('journal');
    appendFileSync('journal', text);
  }
  unused(): void {
    appendFileSync('never', 'called');
  }
}
