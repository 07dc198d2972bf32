/** How a CSV file of system calls is laid out: separator, columns, units. */

/** Meaning of a column. */
export const CSV_COLUMNS = ['ts', 'pid', 'tid', 'cpu', 'syscall', 'ret', 'dur', 'comm', 'fd', 'errno'] as const;
export type CsvColumn = (typeof CSV_COLUMNS)[number];
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/** What every stretch of the file must know. Plain data. */
export interface CsvLayout {
  /** Byte that separates fields. */
  readonly delimiter: number;
  /** Per field of a record: index into CSV_COLUMNS, -1 for what is not used. */
  readonly columns: readonly number[];
  /** The line that names the columns, '' when there is none. */
  readonly header: string;
  readonly startUnit: TimeUnit;
  readonly durationUnit: TimeUnit;
}
