/**
 * Names come from traces, and any process may call itself what it likes: characters that a terminal obeys (escapes, carriage
 * returns), or that turn the text around them, are shown as what they are, `\x1b`, `\u202e`, wherever text goes to people.
 */

/**
 * Controls (Cc), marks that turn or hide text (Unicode, Bidi_Control; soft hyphens, zero-width spaces and joiners; tags), separators of lines,
 * and halves of surrogate pairs, which no encoding has. Not all of Cf: some of it is seen (Arabic number signs). Nor private use (Co): a
 * font's icon, or a box.
 */
const OBEYED =
  /[\p{Cc}\p{Bidi_Control}\u00ad\u180e\u200b-\u200d\u2060-\u206f\u2028\u2029\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with such characters escaped. */
export function visible(text: string): string {
  return text.replace(OBEYED, (c) => SHORT[c] ?? escaped(c.codePointAt(0)!));
}

function escaped(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/** The value with all its texts, keys included, made visible; itself where there is nothing to be done. */
export function visibleIn<T>(value: T): T {
  if (typeof value === 'string') return visible(value) as T;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    let changed = false;
    const all = value.map((v: unknown) => {
      const shown = visibleIn(v);
      changed ||= shown !== v;
      return shown;
    });
    return changed ? (all as T) : value;
  }
  let changed = false;
  const entries = Object.entries(value).map(([key, v]: [string, unknown]) => {
    const shown = [visible(key), visibleIn(v)] as const;
    changed ||= shown[0] !== key || shown[1] !== v;
    return shown;
  });
  return changed ? (Object.fromEntries(entries) as T) : value;
}

/** JSON that looks like what it means: the same value, with such characters in JSON's own escapes. */
export function visibleJson(json: string): string {
  return json.replace(OBEYED, (c) => {
    if (c === '\n') return c;
    return Array.from({ length: c.length }, (_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  });
}
