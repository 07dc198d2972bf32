import { describe, expect, it } from 'vitest';
import { ruledRole } from '../../src/signatures/languages.js';
import { normaliseName, scriptFunction } from '../../src/signatures/names.js';

/** As printed by a tracer -> as compared. */
const NAMES: readonly [string, string][] = [
  ['', ''],
  ['ap_process_request', 'ap_process_request'],
  ['main', 'main'],
  // V8: tier marks and positions go.
  ['JS:^Queue.getNextJob /srv/bull/lib/queue.js:1112:38', 'Queue.getNextJob'],
  ['JS:*Queue.getNextJob file:1:2', 'Queue.getNextJob'],
  ["JS:+'readIFD /srv/image-size/dist/types/tiff.js:20:17", 'readIFD'],
  ['JS:~handlers.<computed> /srv/bull/lib/queue.js:654:37', 'handlers.<computed>'],
  ['JS:^q.add.then.res.statusCode /srv/my app/server.js:20:60', 'q.add.then.res.statusCode'],
  ['JS:^get size /srv/app/pool.js:4:3', 'get size'],
  ['LazyCompile:*Socket.read node:net:700:30', 'Socket.read'],
  ['JS:^addJob file:///srv/app/jobs.mjs:16:9', 'addJob'],
  ['Function:~old events.js:12', 'old'],
  // ... and a function without a name is known by its place.
  ['JS:^ /srv/ioredis/built/commander.js:129:21', '(anonymous) commander.js:129'],
  ['JS:* /srv/my app/server.js:14:36', '(anonymous) server.js:14'],
  ['Script:~ /srv/app/server.js:1:1', '(script) server.js:1'],
  ['JS:~ /srv/app/lib/view.js:1:1', '(script) view.js:1'],
  ['JS:~ /srv/app/lib/bundle.js:1:812', '(anonymous) bundle.js:1'],
  ['JS:~connect', 'connect'],
  ['py::Queue.get:/usr/lib/python3.12/queue.py', 'Queue.get'],
  ['py::run.<locals>.retry:/srv/app.py', 'run.<locals>.retry'],
  ['py::run.<locals>.<lambda>:/srv/app.py', 'run.<locals>.<lambda>'],
  // GCC, LLVM, ld
  ['process_chk.isra.0', 'process_chk'],
  ['process_chk.part.1.constprop.0', 'process_chk'],
  ['fail.cold', 'fail'],
  ['helper.lto_priv.12', 'helper'],
  ['helper.1234', 'helper'],
  ['helper.llvm.1746219843', 'helper'],
  ['write@plt', 'write'],
  ['pthread_cond_signal@@GLIBC_2.3.2', 'pthread_cond_signal'],
  ['event_add@libevent-2.1.so.7', 'event_add'],
  ['work.isra.0.part.2.lto_priv.0', 'work'],
  ['work._omp_fn.0', 'work'],
  ['work.avx2', 'work'],
  ['work.arch_x86_64_v3', 'work'],
  ['work.cold.3.llvm.55', 'work'],
  ['work.warm', 'work'],
  ['_ZN2ns4workEv.part.0.cold', 'ns::work'],
  ['ns::work(int) [clone .part.0] [clone .cold]', 'ns::work'],
  ['_ZZN2ns4workEvENKUlT_E_clIiEEDaS0_.isra.0', 'ns::work::{lambda#1}::operator()'],
  ['_ZN3foo3barEv._omp_fn.0', 'foo::bar'],
  // ... words that a method may have for a name are no marks.
  ['Server.startup', 'Server.startup'],
  ['process.exit', 'process.exit'],
  ['Queue.clone', 'Queue.clone'],
  ['Query.resolver', 'Query.resolver'],
  // C++
  ['node::InternalMakeCallback', 'node::InternalMakeCallback'],
  ['ns::Q<int>::push(std::vector<int, std::allocator<int> > const&)', 'ns::Q::push'],
  ['ns::S::operator()(int) const', 'ns::S::operator()'],
  ['bool ns::less<int>(int, int)', 'ns::less'],
  ['std::ostream& std::operator<< <char>(std::ostream&, char)', 'std::operator<<'],
  ['bool operator< <int>(A<int> const&)', 'operator<'],
  ['decltype(auto) foo<int>(int)', 'foo'],
  ['ns::P::operator->() const', 'ns::P::operator->'],
  ['ns::P::operator bool() const', 'ns::P::operator bool'],
  ['operator new(unsigned long)', 'operator new'],
  ['v8::internal::(anonymous namespace)::Invoke', 'v8::internal::(anonymous namespace)::Invoke'],
  [
    'v8::internal::(anonymous namespace)::HandleApiCallHelper<false>',
    'v8::internal::(anonymous namespace)::HandleApiCallHelper',
  ],
  [
    'non-virtual thunk to node::LibuvStreamWrap::DoTryWrite(uv_buf_t**, unsigned long*)',
    'node::LibuvStreamWrap::DoTryWrite',
  ],
  [
    'node::StreamBase::JSMethod<&(int node::StreamBase::WriteString<(node::encoding)1>(v8::FunctionCallbackInfo<v8::Value> const&))>',
    'node::StreamBase::JSMethod',
  ],
  [
    'node::LibuvStreamWrap::ReadStart()::{lambda(uv_stream_s*, long, uv_buf_t const*)#2}::_FUN',
    'node::LibuvStreamWrap::ReadStart::{lambda#2}::_FUN',
  ],
  [
    'f(A const&)::{lambda(A*)#1}::operator()(A*) const::{lambda(void*)#1}::_FUN(void*)',
    'f::{lambda#1}::operator()::{lambda#1}::_FUN',
  ],
  ['Store::copy[abi:cxx11](int) [clone .isra.0]', 'Store::copy'],
  ['f(int (*)(char), bool (*)(A const&, A const&)) const', 'f'],
  ['g<(a->b)>::h', 'g::h'],
  ['_ZN2ns1QIiE4pushERKSt6vectorIiSaIiEE', 'ns::Q::push'],
  // Rust, Go
  [
    'hyper::proto::h1::dispatch::Dispatcher<D,Bs,I,T>::poll_inner',
    'hyper::proto::h1::dispatch::Dispatcher::poll_inner',
  ],
  ['<alloc::boxed::Box<F> as core::ops::FnOnce<A>>::call_once', 'alloc::boxed::Box::call_once'],
  ['tokio::runtime::park::h0123456789abcdef', 'tokio::runtime::park'],
  // ... of which closures and async blocks go by the function that they stand in.
  ['tokio::task::{{closure}}', 'tokio::task'],
  ['demo::serve::{closure#0}::{closure#1}', 'demo::serve'],
  [
    'core::ops::function::FnOnce::call_once{{vtable.shim}}::h0123456789abcdef',
    'core::ops::function::FnOnce::call_once',
  ],
  ['_ZN4demo5serve28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE', 'demo::serve'],
  ['std::io::impls::<impl std::io::Write for &mut W>::write_all', 'std::io::impls::write_all'],
  ['<demo::Server>::new', 'demo::Server::new'],
  ['<dyn demo::Handler as demo::Close>::close', 'demo::Handler::close'],
  ['<[A] as demo::Equal<B>>::equal', 'demo::Equal::equal'],
  ['<(A,B) as demo::Both>::both', 'demo::Both::both'],
  ['demo::parse::<u16>::go', 'demo::parse::go'],
  ['<T as demo::Handler>::run', 'demo::Handler::run'],
  ['_ZN4demo5serve17h0123456789abcdefE.llvm.123', 'demo::serve'],
  ['_RNvNtCs1234_7mycrate3foo3bar.llvm.99', 'mycrate::foo::bar'],
  // ... of which a demangler of C++ leaves the escapes.
  ['_$LT$demo..Srv$u20$as$u20$core..ops..drop..Drop$GT$::drop::h0123456789abcdef', 'demo::Srv::drop'],
  ['core::ptr::drop_in_place$LT$demo..Srv$GT$::h0123456789abcdef', 'core::ptr::drop_in_place'],
  ['demo::serve::_$u7b$$u7b$closure$u7d$$u7d$::h0123456789abcdef', 'demo::serve'],
  ['net/http.(*conn).serve', 'net/http.(*conn).serve'],
  ['main.main.func1', 'main.main'],
  ['main.(*server).serve.func2.1', 'main.(*server).serve'],
  ['main.(*server).serve-fm', 'main.(*server).serve'],
  ['main.main.gowrap1', 'main.main'],
  ['main.main.func1.deferwrap2', 'main.main'],
  ['main.main·dwrap·1', 'main.main'],
  ['main.walk.func1-range2', 'main.walk'],
  ['main.walk.func1-range1.2', 'main.walk'],
  ['main.Map[...].func1', 'main.Map'],
  ['main.glob..func1', 'main.glob..func1'],
  ['main.exit', 'main.exit'],
  ['main.(*server).startup', 'main.(*server).startup'],
  ['main.cold', 'main'],
  ['main.part.0', 'main'],
  ['helper.1234.isra.0', 'helper'],
  ['runtime.goexit.abi0', 'runtime.goexit'],
  ['runtime/cgo(.text)', 'runtime/cgo(.text)'],
  ['gopkg.in/yaml%2ev3.(*Decoder).Decode', 'gopkg.in/yaml.v3.(*Decoder).Decode'],
  ['example.org/demo/store.Get[go.shape.int_0]', 'example.org/demo/store.Get'],
  ['main.(*Cache[go.shape.string,go.shape.struct { A int }]).Get.func1', 'main.(*Cache).Get'],
  // Java: HotSpot's own map, perf-map-agent, libperf-jvmti, OpenJ9
  ['void demo.Srv$Handler.run()', 'demo.Srv$Handler.run'],
  ['java.lang.String demo.Srv$Handler.describe(java.lang.String, int)', 'demo.Srv$Handler.describe'],
  ['byte[] demo.Srv.read(byte[], int)', 'demo.Srv.read'],
  ['void Srv.run()', 'Srv.run'],
  ['void demo.Srv$Log.<init>(java.io.OutputStream)', 'demo.Srv$Log.<init>'],
  ['void demo.Srv.<clinit>()', 'demo.Srv.<clinit>'],
  // ... code that a compiler made of a part of a method goes by the method: Kotlin, Scala, Groovy, Clojure.
  ['void demo.MainKt.main$lambda$1$lambda$0()', 'demo.MainKt.main'],
  ['void demo.Srv.get$default(demo.Srv, int)', 'demo.Srv.get'],
  ['java.lang.Object demo.Srv$handle$1.invokeSuspend(java.lang.Object)', 'demo.Srv.handle'],
  ['java.lang.Object demo.Srv$handle$1$2.invoke(java.lang.Object)', 'demo.Srv.handle'],
  ['int demo.Srv$.$anonfun$handle$1$adapted(java.lang.Object)', 'demo.Srv$.handle'],
  ['void demo.Srv$$anonfun$handle$1.apply(java.lang.Object)', 'demo.Srv.handle'],
  ['java.lang.Object demo.Srv$_run_closure1.doCall(java.lang.Object)', 'demo.Srv.run'],
  ['java.lang.Object demo.core$handle$fn__1234.invoke(java.lang.Object)', 'demo.core$handle.invoke'],
  ['java.lang.Object demo.core$handle.invokeStatic()', 'demo.core$handle.invoke'],
  // ... and what is of no method keeps its name, as do javac's lambdas.
  ['java.lang.Integer demo.Srv$H.lambda$run$0(java.io.OutputStream)', 'demo.Srv$H.lambda$run$0'],
  ['void demo.Srv$Handler$1.run()', 'demo.Srv$Handler$1.run'],
  ['void demo.Srv$1.invoke()', 'demo.Srv$1.invoke'],
  ['java.lang.Object demo.Srv.apply(java.lang.Object)', 'demo.Srv.apply'],
  // GraalVM's native images, OCaml, PHP's JIT compiler, Ruby, Zig
  ['Srv_handle_0123456789012345678901234567890123456789', 'Srv_handle'],
  ['camlDune__exe__Store__get_272', 'Dune.exe.Store.get'],
  ['camlStore.get_272', 'Store.get'],
  ['camlStore__fun_311', 'Store.fun_311'],
  ['caml_main', 'caml_main'],
  ['JIT$Store::get', 'Store::get'],
  ['TRACE-12$handle$34', 'handle'],
  ['block (2 levels) in Store#get', 'Store#get'],
  ['store.Store.get__anon_1234', 'store.Store.get'],
  // C++ coroutines
  ['_Z4taskPZ4taskiE14_Z4taski.Frame.actor', 'task'],
  ['ns::task(int) (.resume)', 'ns::task'],
  ['<demo::serve::{closure#0} as core::future::future::Future>::poll', 'demo::serve'],
  ['demo::serve::{async_fn_env#0}', 'demo::serve'],
  ['java.lang.Object demo.Srv$H$$Lambda$6/0x00007fcaf0003c00.call()', 'demo.Srv$H$$Lambda.call'],
  ['java.lang.Object demo.Srv$H$$Lambda/0x00007fcaf0003c00.call()', 'demo.Srv$H$$Lambda.call'],
  ['void demo.Server.startup()', 'demo.Server.startup'],
  ['Ldemo/Srv$Handler;::run', 'demo.Srv$Handler.run'],
  ['demo.Srv$Handler::run', 'demo.Srv$Handler.run'],
  ['Ldemo/Srv;<init>(Ljava/lang/String;)V', 'demo.Srv.<init>'],
  ['demo/Srv.read([BLjava/lang/String;)I_warm', 'demo.Srv.read'],
  ['StubRoutines (1)', 'StubRoutines (1)'],
  ['void [demo] Demo.Server::Handle(class [System.Runtime]System.String)[Tier0]', 'Demo.Server.Handle'],
  ['instance void [demo] Demo.Server+<HandleAsync>d__5::MoveNext()[Tier1]', 'Demo.Server.HandleAsync'],
  ['[demo] Demo.Server+<>c__DisplayClass1_0::<Handle>b__0()[Tier0]', 'Demo.Server.Handle'],
  ['instance void [demo] Demo.Server+<>c__DisplayClass1_0+<<Handle>b__0>d::MoveNext()[Tier0]', 'Demo.Server.Handle'],
  ['void [demo] Demo.Server::<Handle>g__Retry|5_0(int32)[OptimizedTier1]', 'Demo.Server.Handle'],
  ['instance bool [demo] Demo.List`1[System.__Canon]::Add(!0)[Tier1]', 'Demo.List.Add'],
  ['instance void [demo] Demo.Server+Row::.ctor()[Tier0]', 'Demo.Server+Row..ctor'],
  // Erlang, Elixir: the number of arguments is part of the name
  ['$store:load/1', 'store:load/1'],
  ["$store:'-load/1-fun-0-'/2", 'store:load/1'],
  ['$store:-load/1-lc$^0/1-0-/1', 'store:load/1'],
  ["$'Elixir.Demo.Server':handle_call/3", 'Elixir.Demo.Server:handle_call/3'],
];

describe('normaliseName', () => {
  it.each(NAMES)('%s', (raw, name) => {
    expect(normaliseName(raw)).toBe(name);
  });

  it('changes nothing that it has made', () => {
    for (const [, name] of NAMES) expect(normaliseName(name)).toBe(name);
  });
});

describe('what comes with the language', () => {
  it.each([
    ['void [demo] Demo.Server::Handle(class [System.Runtime]System.String)[Tier0]', null],
    ['class [System.Runtime]System.Threading.Tasks.Task [demo] Demo.Server::Run()[Tier0]', null],
    ['void [System.Private.CoreLib] System.Threading.Thread::Start(class [demo]Demo.X)[PreJIT]', 'library'],
    ['void [Microsoft.AspNetCore.Server.Kestrel.Core] Microsoft.AspNetCore.X::Run()[Tier0]', 'library'],
    ['$store:load/1', null],
    ['$gen_server:loop/7', 'library'],
    ["$'Elixir.GenServer':call/3", 'library'],
    ["$'Elixir.GenServerPool':call/3", null],
    ['I2C/C2I adapters', 'library'],
    ['void com.foo.Bar$$SpringCGLIB$$0.run()', 'library'],
    ['JS:^run /srv/a.js:1:2', null],
    ['java.util.List demo.Srv.access$000(demo.Srv)', 'library'],
    ['Store#get', null],
    ['JIT$handle', null],
    ['JIT$$hybrid_hot_code', 'library'],
  ])('%s: %s', (symbol, role) => expect(ruledRole(symbol, true, null)).toBe(role));
  it.each([
    ['type:.eq.main.T', 'go', 'library'],
    ['main.(*T).Run', 'go', null],
    ['caml_alloc_small', null, 'library'],
    ['camlStdlib__List__iter_507', null, 'library'],
    ['camlStore__get_272', null, null],
    ['_PyEval_EvalFrameDefault.cold', null, 'interpreter'],
    ['vm_exec_core.lto_priv.0', null, 'interpreter'],
    ['_$LT$demo..Srv$u20$as$u20$core..ops..drop..Drop$GT$::drop::h0123456789abcdef', 'rust', null],
    ['_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..ops..drop..Drop$GT$::drop::h0123456789abcdef', 'rust', 'library'],
  ] as const)('%s in %s: %s', (symbol, language, role) => expect(ruledRole(symbol, false, language)).toBe(role));
});

describe('scriptFunction', () => {
  it('tells the script and the line', () => {
    expect(scriptFunction('JS:^Socket._write node:net:969:35')).toEqual({
      name: 'Socket._write',
      script: 'node:net',
      line: 969,
      topLevel: false,
    });
    expect(scriptFunction('ngx_http_handler')).toBeNull();
  });
});
