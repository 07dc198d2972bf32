/** Pieces that are known before they are worked on. */
import type { ParseTask } from './parse-stage.js';

/** Each item with whether it is the last. */
export async function* withLast<T>(items: AsyncIterable<T>): AsyncGenerator<{ item: T; last: boolean }> {
  let held: { item: T } | null = null;
  for await (const item of items) {
    if (held !== null) yield { ...held, last: false };
    held = { item };
  }
  if (held !== null) yield { ...held, last: true };
}

/** Takes tasks until they hold more than `bytes` of text: an input that is smaller does not wait for threads to start. */
export async function lookAhead(
  tasks: AsyncGenerator<ParseTask>,
  bytes: number,
): Promise<{ items: AsyncIterable<ParseTask>; small: boolean }> {
  const head: ParseTask[] = [];
  let small = false;
  for (let held = 0; held <= bytes;) {
    const { done, value } = await tasks.next();
    if (done === true) {
      small = true;
      break;
    }
    head.push(value);
    held += value.from.length;
  }
  async function* items() {
    try {
      yield* head;
      yield* tasks;
    } finally {
      await tasks.return(undefined);
    }
  }
  return { items: items(), small };
}
