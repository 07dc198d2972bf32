/**
 * The name in a mangled C++ symbol (Itanium C++ ABI, chapter 5.1) or one of Rust's older mangling: namespaces, classes and the
 * function, no arguments, no template arguments. That is all that comparing functions needs, so types are only stepped over,
 * and substitutions need no table: the name comes before anything that it could refer back to.
 */

const OPERATORS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'nw new|na new[]|dl delete|da delete[]|aw co_await|ps +|ng -|ad &|de *|co ~|pl +|mi -|ml *|dv /|rm %|an &|or ||eo ^|aS =|' +
    'pL +=|mI -=|mL *=|dV /=|rM %=|aN &=|oR |=|eO ^=|ls <<|rs >>|lS <<=|rS >>=|eq ==|ne !=|lt <|gt >|le <=|ge >=|ss <=>|nt !|' +
    'aa &&|oo |||pp ++|mm --|cm ,|pm ->*|pt ->|cl ()|ix []'
  )
    .split(/\|(?=[a-z][a-zA-Z] )/)
    .map((entry) => [entry.slice(0, 2), entry.slice(3)]),
);

const STANDARD: Readonly<Record<string, string>> = {
  t: 'std',
  a: 'std::allocator',
  b: 'std::basic_string',
  s: 'std::basic_string',
  i: 'std::basic_istream',
  o: 'std::basic_ostream',
  d: 'std::basic_iostream',
};

/** Thrown inside, never out: the symbol is not one that we can read. */
class Unreadable extends Error {}

/** `ns::Class::method` for a mangled function symbol; null when it is none, or none that we can read. */
export function demangle(symbol: string): string | null {
  const start = /^_{1,2}Z/.exec(symbol);
  if (start === null) return null;
  const reader = new Reader(symbol, start[0].length);
  try {
    return reader.encoding();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

class Reader {
  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  encoding(): string {
    if (this.take('T')) this.thunk();
    return this.name();
  }

  /** `_ZTh n16 _`, `_ZTv n24 _n8 _`, `_ZTc`: an adjusting entry into the function that follows. */
  private thunk(): void {
    const offsets = /^(?:hn?\d+_|vn?\d+_n?\d+_|c(?:hn?\d+_|vn?\d+_n?\d+_){2})/.exec(this.text.slice(this.at));
    if (offsets === null) throw new Unreadable();
    this.at += offsets[0].length;
  }

  private name(): string {
    if (this.take('N')) return this.nested();
    if (this.take('Z')) return this.local();
    let name = '';
    if (this.peek() === 'S') name = this.standard();
    if (!(name !== '' && name !== 'std')) name = join(name, this.unqualified(''));
    if (this.peek() === 'I') this.templateArguments();
    return name;
  }

  private nested(): string {
    while ('rVK'.includes(this.peek())) this.at++;
    if (this.peek() === 'R' || this.peek() === 'O') this.at++;
    const parts: string[] = [];
    while (!this.take('E')) {
      const c = this.peek();
      if (c === 'S') parts.push(this.standard());
      else if (c === 'I') this.templateArguments();
      else if (c === 'M') this.at++;
      else parts.push(this.unqualified(parts.at(-1) ?? ''));
    }
    if (/^h[0-9a-f]{16}$/.test(parts.at(-1) ?? '')) return parts.slice(0, -1).map(rustText).join('::');
    return parts.join('::');
  }

  private local(): string {
    const outer = this.encoding();
    while (!this.take('E')) this.type();
    // A string literal or a default argument of the function.
    if (this.take('s')) return outer;
    if (this.take('d')) {
      this.digits();
      this.expect('_');
    }
    return join(outer, this.name());
  }

  private unqualified(enclosing: string): string {
    this.take('L');
    const c = this.peek();
    let name: string;
    if (c >= '0' && c <= '9') name = this.source();
    else if (c === 'C' || (c === 'D' && /[0-5]/.test(this.text[this.at + 1] ?? ''))) {
      this.at += this.text[this.at + 1] === 'I' ? 3 : 2;
      name = (c === 'D' ? '~' : '') + (enclosing.split('::').at(-1) || 'constructor');
    } else if (c === 'U') name = this.unnamed();
    else name = this.operator();
    while (this.take('B')) this.source();
    return name;
  }

  private unnamed(): string {
    const kind = this.text.slice(this.at, this.at + 2);
    this.at += 2;
    if (kind === 'Ul') while (!this.take('E')) this.type();
    else if (kind !== 'Ut') throw new Unreadable();
    const number = this.peek() === '_' ? 1 : this.digits() + 2;
    this.expect('_');
    return kind === 'Ul' ? `{lambda#${number}}` : `{unnamed type#${number}}`;
  }

  private operator(): string {
    const code = this.text.slice(this.at, this.at + 2);
    this.at += 2;
    if (code === 'cv') {
      const from = this.at;
      this.type();
      const type = this.text.slice(from, this.at);
      return `operator ${type === 'b' ? 'bool' : type}`;
    }
    if (code === 'li') return `operator"" ${this.source()}`;
    const symbol = OPERATORS[code];
    if (symbol === undefined) throw new Unreadable();
    return /^[a-z]/.test(symbol) ? `operator ${symbol}` : `operator${symbol}`;
  }

  private source(): string {
    const length = this.digits();
    const name = this.text.slice(this.at, this.at + length);
    if (length === 0 || name.length < length) throw new Unreadable();
    this.at += length;
    return name.startsWith('_GLOBAL__N_') ? '(anonymous namespace)' : name;
  }

  /** `St` and the abbreviations of the standard library; any other substitution tells nothing here. */
  private standard(): string {
    this.expect('S');
    const known = STANDARD[this.peek()];
    if (known !== undefined) {
      this.at++;
      return known;
    }
    while (/[0-9A-Z]/.test(this.peek())) this.at++;
    this.expect('_');
    return '';
  }

  private templateArguments(): void {
    this.expect('I');
    while (!this.take('E')) this.templateArgument();
  }

  private templateArgument(): void {
    if (this.take('J')) {
      while (!this.take('E')) this.templateArgument();
    } else if (this.take('L')) {
      if (this.take('_Z')) this.encodingWithTypes();
      else {
        this.type();
        while (/[\dn]/.test(this.peek())) this.at++;
      }
      this.expect('E');
    } else if (this.take('X')) {
      // An expression: only the address of a function or member is read (`adL_Z...E`).
      if (!this.take('adL_Z') && !this.take('L_Z')) throw new Unreadable();
      this.encodingWithTypes();
      this.expect('E');
      this.expect('E');
    } else this.type();
  }

  private encodingWithTypes(): void {
    this.encoding();
    while (this.peek() !== 'E') this.type();
  }

  /** Steps over one type. */
  private type(): void {
    const c = this.peek();
    if ('rVKPROCG'.includes(c) && c !== '') {
      this.at++;
      this.type();
    } else if (c === 'N' || c === 'Z' || (c >= '0' && c <= '9')) this.name();
    else if (c === 'S') {
      if (this.standard() === 'std') this.unqualified('');
      if (this.peek() === 'I') this.templateArguments();
    } else if (c === 'T') {
      this.at++;
      while (/\d/.test(this.peek())) this.at++;
      this.expect('_');
      if (this.peek() === 'I') this.templateArguments();
    } else if (c === 'F') {
      this.at++;
      this.take('Y');
      while (!this.take('E'))
        if (!this.take('RE') && !this.take('OE')) this.type();
        else return;
    } else if (c === 'A') {
      this.at++;
      this.digits();
      this.expect('_');
      this.type();
    } else if (c === 'M') {
      this.at++;
      this.type();
      this.type();
    } else if (c === 'D') {
      const code = this.text[this.at + 1] ?? '';
      this.at += 2;
      if (code === 'p' || code === 'o') this.type();
      else if (!'danufhsiec'.includes(code)) throw new Unreadable();
    } else if (c === 'U' || c === 'u') {
      this.at++;
      this.source();
      if (this.peek() === 'I') this.templateArguments();
      if (c === 'U') this.type();
    } else if (/[a-z]/.test(c)) this.at++;
    else throw new Unreadable();
  }

  private digits(): number {
    let value = 0;
    while (/\d/.test(this.peek())) value = value * 10 + Number(this.text[this.at++]);
    return value;
  }

  private peek(): string {
    return this.text[this.at] ?? '';
  }

  private take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  private expect(expected: string): void {
    if (!this.take(expected)) throw new Unreadable();
  }
}

function join(outer: string, inner: string): string {
  return outer === '' ? inner : `${outer}::${inner}`;
}

const RUST_ESCAPES: Readonly<Record<string, string>> = {
  LT: '<',
  GT: '>',
  RF: '&',
  BP: '*',
  C: ',',
  LP: '(',
  RP: ')',
  SP: '@',
};

/** Part of a path in Rust's older mangling: `_$LT$demo..Server$GT$` is `<demo::Server>`. */
export function rustText(part: string): string {
  if (!part.includes('$') && !part.includes('..')) return part;
  return part
    .replace(/^_(?=\$)/, '')
    .replace(/\$(u[0-9a-f]{1,6}|[A-Z]{1,2})\$/g, (whole, code: string) =>
      code.startsWith('u') ? String.fromCodePoint(parseInt(code.slice(1), 16)) : (RUST_ESCAPES[code] ?? whole),
    )
    .replaceAll('..', '::');
}
