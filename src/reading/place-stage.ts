/** The stage 'place': rows of a parsed chunk to their places in the trace's columns. */
import { placeInMemory } from '../trace/place-in-memory.js';
import { type PlacedRows, type Placement, placeRows } from '../trace/place-rows.js';
import type { Stage } from '../pool/stage.js';

export const placeStage: Stage<Placement, PlacedRows> = {
  name: 'place',
  brief: true,
  run: (placement) => (placement.memory === null ? placeRows(placement) : placeInMemory(placement, placement.memory)),
};
