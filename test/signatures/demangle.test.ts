import { describe, expect, it } from 'vitest';
import { demangle } from '../../src/signatures/demangle.js';
import { ruledRole } from '../../src/signatures/languages.js';
import { isClosure, normaliseName } from '../../src/signatures/names.js';
import { demangleOther } from '../../src/signatures/mangled-names.js';

describe('demangle', () => {
  it.each([
    ['_ZN4node5StartEiPPc', 'node::Start'],
    ['_ZN2nsL6helperENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE', 'ns::helper'],
    ['_ZNK2ns1SclEi', 'ns::S::operator()'],
    ['_ZN2ns1SD0Ev', 'ns::S::~S'],
    ['_ZN2ns1SC2Ei', 'ns::S::S'],
    ['_ZNSt6vectorIiSaIiEE9push_backEOi', 'std::vector::push_back'],
    ['_ZNKSs5c_strEv', 'std::basic_string::c_str'],
    ['_ZN12_GLOBAL__N_14workEv', '(anonymous namespace)::work'],
    ['_ZZN1A1fEvENKUlvE_clEv', 'A::f::{lambda#1}::operator()'],
    ['_ZZN1A1fEvENKUliE0_clEi', 'A::f::{lambda#2}::operator()'],
    ['_ZlsRSoRK1A', 'operator<<'],
    ['_ZN1AcvbEv', 'A::operator bool'],
    ['_ZnwmRKSt9nothrow_t', 'operator new'],
    ['_ZN1QIXadL_Z4lessiiEEE3popEv', 'Q::pop'],
    ['_ZN1QILi5ELb1EE3popEv', 'Q::pop'],
    ['_ZThn16_N1B1fEv', 'B::f'],
    ['_ZN5Store4copyB5cxx11Ev', 'Store::copy'],
    ['_ZN5tokio7runtime4park17h0123456789abcdefE', 'tokio::runtime::park'],
    [
      '_ZN55_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..Drop$GT$4drop17h0123456789abcdefE',
      '<alloc::vec::Vec<T> as core::Drop>::drop',
    ],
  ])('%s is %s', (symbol, name) => {
    expect(demangle(symbol)).toBe(name);
  });

  it('leaves alone what is no C++ name, is cut, or needs an expression evaluated', () => {
    for (const symbol of ['main', '_Z', '_ZN4nod', '_ZN1AI', '_ZTV1A', '_ZN1QIXplLi1ELi2EEE3popEv', '_ZN99999aE']) {
      expect(demangle(symbol), symbol).toBeNull();
    }
  });
});

describe('demangleOther', () => {
  it.each([
    ['_ZN1QIXplLi1ELi2EEE3popEv', 'Q<(1)+(2)>::pop()'],
    ['_RNvNtCs1234_7mycrate3foo3bar', 'mycrate::foo::bar'],
    ['__RNvC7mycrate3run', 'mycrate::run'],
    ['_RINvNtC3std3mem8align_ofdEC7mycrate', 'std::mem::align_of::<f64>'],
    ['_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_', 'cc::spawn::{closure#0}::{closure#0}'],
    ['_RNvXs_C7mycrateNtB4_3FooNtNtCsX_4core3fmt7Display3fmt', '<mycrate::Foo as core::fmt::Display>::fmt'],
  ])('%s is %s', (symbol, name) => {
    expect(demangleOther(symbol)).toBe(name);
  });

  it('leaves alone what is no such symbol, or a damaged one', () => {
    for (const symbol of ['main', '_R', '_Restart', '_RNvMNtCs9ltgdHTiPiY_4core3ptr4read', '_RNvC99a'])
      expect(demangleOther(symbol), symbol).toBeNull();
  });

  it('tells the standard library from the program', () => {
    const role = (symbol: string) => ruledRole(symbol, false, 'rust');
    expect(role('_RNvNtC3std3mem4swap')).toBe('library');
    expect(role('_RINvMNtCsgEmfK2I1SDS_4core3stre18trim_start_matchesReECsgY6Mt91CT9J_14rustc_demangle')).toBe(
      'library',
    );
    expect(role('_RNvXs_C7mycrateNtB4_3FooNtNtCsX_4core3fmt7Display3fmt')).toBeNull();
    expect(role('_RNvNtCs1234_7mycrate3foo3bar')).toBeNull();
  });

  it('gives functions the names that the older mangling gives them', () => {
    expect(normaliseName('_RINvNtC3std3mem8align_ofdEC7mycrate')).toBe('std::mem::align_of');
    // A binary's symbol and what a tracer makes of it.
    for (const name of [
      '_ZNSt17_Function_handlerIFviEZN2kv6Server5startEvEUliE0_E9_M_invokeERKSt9_Any_dataOi',
      'std::_Function_handler<void (int), kv::Server::start()::{lambda(int)#2}>::_M_invoke(std::_Any_data const&, int&&)',
    ])
      expect(normaliseName(name)).toBe('kv::Server::start::{lambda#2}');
    // Clang's lambdas, in a template of the program's too.
    for (const name of [
      '_ZNSt17_Function_handlerIFvvEZ4mainE3$_4E9_M_invokeERKSt9_Any_data',
      'std::_Function_handler<void (), main::$_4>::_M_invoke(std::_Any_data const&)',
      '_ZNSt6thread11_State_implINS_8_InvokerISt5tupleIJZN4Pool3runIZ4mainE3$_4EEvT_EUlvE_EEEEE6_M_runEv',
      'std::thread::_State_impl<std::thread::_Invoker<std::tuple<Pool::run<main::$_4>(main::$_4)::{lambda()#1}> > >::_M_run()',
    ])
      expect(normaliseName(name)).toBe('main::$_4');
    // Parts that Clang and GCC make of a coroutine.
    for (const name of [
      '_Z5servei.resume',
      'serve(int) [clone .resume]',
      'serve(serve(int)::_Z5servei.Frame*) [clone .actor]',
    ])
      expect(normaliseName(name)).toBe('serve');
    expect(normaliseName('_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_')).toBe('cc::spawn');
    expect(normaliseName('_RNvXs_C7mycrateNtB4_3FooNtNtCsX_4core3fmt7Display3fmt')).toBe('mycrate::Foo::fmt');
    expect(normaliseName('_ZN1QIXplLi1ELi2EEE3popEv')).toBe('Q::pop');
    expect(isClosure('_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_')).toBe(true);
  });
});
