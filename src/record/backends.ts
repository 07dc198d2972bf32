/** Tracers, in the order of what they cost the program: docs/production.md has the figures. */
export const BACKENDS = ['ftrace', 'perf', 'strace'] as const;
export type Backend = (typeof BACKENDS)[number];
