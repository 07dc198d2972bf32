/** Where learned signatures are kept between evaluations. */
import os from 'node:os';
import path from 'node:path';

/** `$XDG_CACHE_HOME/perfscope`, by default ~/.cache/perfscope. */
export function defaultCacheFolder(): string {
  const { XDG_CACHE_HOME } = process.env;
  return path.join(XDG_CACHE_HOME ? XDG_CACHE_HOME : path.join(os.homedir(), '.cache'), 'perfscope');
}
