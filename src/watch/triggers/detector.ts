/**
 * A simple detector for those without monitoring: a figure against its own last hours. Pure: a sample and the state before give the
 * state after. It compares with the median, and with the median distance from it, which an incident among the samples hardly moves.
 */
export interface DetectorRules {
  /** Samples that are remembered, and how many there must be before anything is judged. */
  readonly memory: number;
  readonly least: number;
  /** How many times the usual distance from the median is unusual; half of it is usual again. */
  readonly deviations: number;
  /** And how much larger, or smaller, than the median it must be at least, as a factor. */
  readonly factor: number;
  /** What is below it on both sides is nothing: an idle server that does a little is not unusual. */
  readonly floor: number;
  /** Samples in a row until it is believed: that something began, and that it is over. */
  readonly rise: number;
  readonly fall: number;
}

export const DETECTOR_RULES: DetectorRules = {
  memory: 1440,
  least: 60,
  deviations: 8,
  factor: 3,
  floor: 0,
  rise: 2,
  fall: 6,
};

export interface DetectorState {
  /** Samples while all was usual, oldest first. */
  readonly history: readonly number[];
  readonly alarmed: boolean;
  /** Samples in a row that speak against `alarmed`. */
  readonly against: number;
  /** Samples since it was alarmed. */
  readonly lasting: number;
}

export const CALM: DetectorState = { history: [], alarmed: false, against: 0, lasting: 0 };

export interface Judgement {
  readonly state: DetectorState;
  /** Set where an alarm begins with this sample. */
  readonly alarm: { readonly value: number; readonly usual: number } | null;
}

export function judge(state: DetectorState, value: number, rules: DetectorRules = DETECTOR_RULES): Judgement {
  const quiet = (history: readonly number[]) => ({ state: { ...CALM, history }, alarm: null });
  const { history } = state;
  if (history.length < rules.least) return quiet(remember(history, value, rules));
  const usual = median(history);
  // Of a figure that hardly ever moves, the smallest move would be unusual: a hundredth of it is usual anyway.
  const spread = Math.max(median(history.map((h) => Math.abs(h - usual))), Math.abs(usual) / 100);
  const far = Math.abs(value - usual) / (spread || Number.MIN_VALUE);
  const ratio = Math.max(value, usual) / Math.max(Math.min(value, usual), Number.MIN_VALUE);
  const unusual = far > rules.deviations && ratio >= rules.factor && Math.max(value, usual) >= rules.floor;
  if (!state.alarmed) {
    if (!unusual) return quiet(remember(history, value, rules));
    const against = state.against + 1;
    if (against < rules.rise) return { state: { ...state, against }, alarm: null };
    return { state: { history, alarmed: true, against: 0, lasting: 0 }, alarm: { value, usual } };
  }
  // What lasts as long as the memory is how things are now.
  const lasting = state.lasting + 1;
  if (lasting >= rules.memory) return quiet([value]);
  const calm = far <= rules.deviations / 2 || ratio < Math.sqrt(rules.factor) || Math.max(value, usual) < rules.floor;
  const against = calm ? state.against + 1 : 0;
  if (against >= rules.fall) return quiet(remember(history, value, rules));
  return { state: { ...state, against, lasting }, alarm: null };
}

function remember(history: readonly number[], value: number, { memory }: DetectorRules): number[] {
  return [...history.slice(Math.max(0, history.length + 1 - memory)), value];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
