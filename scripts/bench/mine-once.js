// Mines the closed episodes of one file of calls (16 bits each) in a process of its own, for spmf.js, which times it. Prints
// their number and the support applied.
//
//     node scripts/bench/mine-once.js calls.bin '{"minSupport":1000,"maxLength":4,"maxGap":2}'
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { mineClosedEpisodes } from '../../dist/src/episodes/mine.js';

const [, , file, options] = process.argv;
const bytes = readFileSync(file);
const calls = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
const { length, minSupport } = mineClosedEpisodes(calls, [0, calls.length], JSON.parse(options));
process.stdout.write(JSON.stringify({ episodes: length, support: minSupport }));
