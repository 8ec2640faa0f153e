/** Lets cells run one at a time over all shells; those of subshells go first, being asked for beside a long queue. */
export class Turns {
  readonly #urgent: (() => void)[] = [];
  readonly #patient: (() => void)[] = [];
  #taken = false;

  /** Resolves when it is this one's turn, with what gives the turn back. */
  async take(urgent: boolean): Promise<() => void> {
    if (this.#taken) await new Promise<void>((go) => (urgent ? this.#urgent : this.#patient).push(go));
    this.#taken = true;
    return () => this.#pass();
  }

  #pass(): void {
    const next = this.#urgent.shift() ?? this.#patient.shift();
    // The turn stays taken while it passes from hand to hand, so that nobody slips in between.
    if (next) next();
    else this.#taken = false;
  }
}
