/** The detector at work: looks at the figures every so often, and pulls the trigger when one begins to be unusual. */
import { CALM, DETECTOR_RULES, type DetectorState, judge } from './detector.js';
import { FIGURES, type Figure, type Look, look, ratesBetween } from './figures.js';
import { type Trigger, byHand } from './trigger.js';

export class FigureWatcher {
  private before: Look | null = null;
  private readonly states = new Map<Figure, DetectorState>();

  constructor(
    private readonly figures: readonly Figure[],
    private readonly pids: () => Promise<readonly number[]>,
    private readonly rules = DETECTOR_RULES,
  ) {}

  /** One look; what has just begun to be unusual. */
  async look(): Promise<Trigger[]> {
    const now = await look(await this.pids(), performance.now());
    const rates = this.before === null ? null : ratesBetween(this.before, now);
    this.before = now;
    if (rates === null) return [];
    return this.figures.flatMap((figure) => {
      const { floor, what } = FIGURES[figure];
      const { state, alarm } = judge(this.states.get(figure) ?? CALM, rates[figure], { ...this.rules, floor });
      this.states.set(figure, state);
      if (alarm === null) return [];
      const [value, usual] = [alarm.value, alarm.usual].map((n) => n.toPrecision(3));
      return [byHand('detector', `${figure}: ${value} instead of ${usual} (${what})`)];
    });
  }
}
