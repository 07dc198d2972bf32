/** Reports of `doctor`: one line a thing, what to do about it below. */
import type { Check } from '../record/doctor/checks.js';
import type { DoctorDocument } from '../record/doctor/doctor.js';
import { wrap } from './columns.js';
import { jsonReporter } from './json.js';
import { painter } from './paint.js';
import type { Reporter } from './reporter.js';
import { forAnyNames } from './any-names.js';

const MARKS: Readonly<Record<Check['state'], string>> = { ok: 'yes', limited: 'partly', no: 'no' };
const WIDTH_OF_ID = 16;
const WIDTH_OF_MARK = 8;

const tableReporter: Reporter<DoctorDocument> = {
  id: 'table',
  what: 'for people',
  extension: 'txt',
  render({ recorder, checks }, { width, color }) {
    const paint = painter(color);
    const colours = { ok: paint.green, limited: paint.yellow, no: paint.red };
    const indent = ' '.repeat(WIDTH_OF_ID + WIDTH_OF_MARK);
    const hung = (text: string) => wrap(text, Math.max(20, width - indent.length)).replaceAll('\n', `\n${indent}`);
    const lines = checks.flatMap(({ id, state, what, remedy }) => {
      const text = hung(what);
      const mark = colours[state](MARKS[state].padEnd(WIDTH_OF_MARK));
      return [`${id.padEnd(WIDTH_OF_ID)}${mark}${text}`, ...(remedy === '' ? [] : [indent + hung(remedy)])];
    });
    const verdict = recorder === null ? 'Nothing can record here.' : `perfscope record uses ${recorder} here.`;
    return [...lines, verdict, ''].join('\n');
  },
};

export const DOCTOR_REPORTERS: readonly Reporter<DoctorDocument>[] = forAnyNames([tableReporter, jsonReporter]);
