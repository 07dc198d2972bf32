/**
 * Numbers of the perf.data format. Records: include/uapi/linux/perf_event.h of Linux; those that perf itself writes, and the file around
 * them: tools/perf/Documentation/perf.data-file-format.txt, tools/lib/perf/include/perf/event.h, tools/perf/util/header.h.
 */

/** enum perf_event_type. */
export const RECORD = {
  MMAP: 1,
  LOST: 2,
  COMM: 3,
  EXIT: 4,
  FORK: 7,
  SAMPLE: 9,
  MMAP2: 10,
  LOST_SAMPLES: 13,
  /** The last that the kernel writes. */
  LAST_OF_KERNEL: 21,
  /** Those of perf itself. */
  HEADER_ATTR: 64,
  HEADER_TRACING_DATA: 66,
  HEADER_BUILD_ID: 67,
  FINISHED_ROUND: 68,
  AUXTRACE: 71,
  EVENT_UPDATE: 78,
  HEADER_FEATURE: 80,
  COMPRESSED: 81,
  COMPRESSED2: 83,
  /** The last that is known. */
  LAST: 86,
} as const;

/** misc: the program of a COMM was executed; an MMAP2 tells a build id. */
export const MISC_COMM_EXEC = 1 << 13;
export const MISC_MMAP_BUILD_ID = 1 << 14;

/** enum perf_event_sample_format. */
export const SAMPLE = {
  IP: 1,
  TID: 1 << 1,
  TIME: 1 << 2,
  ADDR: 1 << 3,
  READ: 1 << 4,
  CALLCHAIN: 1 << 5,
  ID: 1 << 6,
  CPU: 1 << 7,
  PERIOD: 1 << 8,
  STREAM_ID: 1 << 9,
  RAW: 1 << 10,
  STACK_USER: 1 << 13,
  IDENTIFIER: 1 << 16,
} as const;

/** enum perf_event_read_format. */
export const READ = { ENABLED: 1, RUNNING: 2, ID: 4, GROUP: 8, LOST: 16 } as const;

/** Entries of a call chain that are none: from here on the other ones are of the kernel, of the program, of a guest (perf_callchain_context). */
export const CONTEXT = { MAX: -4095, USER: -512 } as const;

/** PERF_TYPE_TRACEPOINT. */
export const TYPE_TRACEPOINT = 2;

/** Bits of perf_event_attr behind read_format. */
export const FLAG_SAMPLE_ID_ALL = 18;

/** Sections of a file behind its records. */
export const FEATURE = {
  TRACING_DATA: 1,
  BUILD_ID: 2,
  HOSTNAME: 3,
  OSRELEASE: 4,
  ARCH: 6,
  CMDLINE: 11,
  EVENT_DESC: 12,
  SAMPLE_TIME: 21,
} as const;

/** The feature that says that records are compressed; its section is not needed. */
export const FEATURE_COMPRESSED = 27;
