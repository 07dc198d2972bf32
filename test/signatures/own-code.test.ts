import { describe, expect, it } from 'vitest';
import { findOwnCode, functionIdentity, type OwnCodeOptions } from '../../src/signatures/own-code.js';
import { StackTableBuilder } from '../../src/trace/stacks.js';
import { traceFromText } from '../helpers/trace.js';

/** Own code found from stacks of `[function, object]` frames, outermost first, each used by one call. */
function ownCodeOf(stacks: readonly (readonly [string, string])[][], options: OwnCodeOptions = {}) {
  const builder = new StackTableBuilder();
  const leaves = stacks.map((frames) => frames.reduce((stack, [f, o]) => builder.push(stack, builder.frame(f, o)), -1));
  const table = builder.finish();
  const calls = new Uint32Array(table.prefix.length);
  for (const leaf of leaves) calls[leaf]!++;
  return findOwnCode([{ table, calls, lasting: new Set() }], options);
}

const LIBC = '/usr/lib/x86_64-linux-gnu/libc.so.6';
const program = (path: string, options: OwnCodeOptions = {}) =>
  ownCodeOf(
    [
      [
        ['_start', path],
        ['main', path],
        ['work', path],
        ['read', LIBC],
      ],
    ],
    options,
  );

describe('own code of a native program', () => {
  it.each([
    // program, object, own
    ['/srv/inst/bin/httpd', '/srv/inst/bin/httpd', true],
    ['/srv/inst/bin/httpd', LIBC, false],
    ['/srv/inst/bin/httpd', '/lib64/ld-linux-x86-64.so.2', false],
    ['/srv/inst/bin/httpd', '/usr/lib/x86_64-linux-gnu/apr-util-1/apr_dbm_db-1.so', false],
    ['/srv/inst/bin/httpd', '/srv/inst/modules/mod_x.so', true],
    ['/srv/inst/bin/httpd', '/srv/other/mod_y.so', true],
    ['/srv/inst/bin/httpd', '/srv/inst/lib/libc.so.6', false],
    ['/srv/inst/bin/httpd', '/srv/inst/bin/rotatelogs', true],
    ['/srv/inst/bin/httpd', '/usr/bin/dash', false],
    ['/srv/inst/bin/httpd', '[vdso]', false],
    ['/srv/inst/bin/httpd', '[kernel.kallsyms]', false],
    ['/srv/inst/bin/httpd', '', false],
    ['/usr/sbin/apache2', '/usr/lib/apache2/modules/mod_x.so', true],
    ['/usr/sbin/apache2', '/usr/lib/x86_64-linux-gnu/libapr-1.so.0', false],
    ['/usr/sbin/apache2', '/usr/bin/bash', false],
    ['/usr/sbin/mysqld', '/usr/lib64/mysql/plugin/auth.so', true],
    ['/usr/lib/postgresql/15/bin/postgres', '/usr/lib/postgresql/15/bin/postgres', true],
    ['/usr/lib/postgresql/15/bin/postgres', '/usr/lib/postgresql/15/lib/plpgsql.so', true],
    ['/usr/lib/postgresql/15/bin/postgres', '/usr/lib/x86_64-linux-gnu/libcrypto.so.3', false],
    ['/usr/lib/dovecot/imap', '/usr/lib/dovecot/libdovecot.so.0', true],
    ['/nix/store/abc-redis-7/bin/redis-server', '/nix/store/abc-redis-7/lib/mod.so', true],
    ['/nix/store/abc-redis-7/bin/redis-server', '/nix/store/def-jemalloc/lib/libjemalloc.so.2', false],
    ['/opt/app/server (deleted)', '/opt/app/server (deleted)', true],
    ['/proc/77/root/opt/app/server', '/proc/77/root/usr/lib/libssl.so.3', false],
  ])('%s: %s is its own: %s', (path, object, own) => {
    expect(program(path).owns('f', object)).toBe(own);
  });

  it('is the executable on most stacks, unless another one is asked for', () => {
    const helper: [string, string][] = [
      ['main', '/usr/bin/dash'],
      ['write', LIBC],
    ];
    const server: [string, string][] = [
      ['main', '/opt/app/server'],
      ['read', LIBC],
    ];
    expect(ownCodeOf([helper, server, server]).program).toBe('/opt/app/server');
    const shell = ownCodeOf([helper, server, server], { program: 'dash' });
    expect([shell.program, shell.owns('main', '/opt/app/server')]).toEqual(['/usr/bin/dash', false]);
  });

  it('says which programs there are when the one asked for is not there', () => {
    expect(() => program('/opt/app/server', { program: 'nginx' })).toThrow(
      expect.objectContaining({ code: 'program-mismatch', advice: expect.stringContaining('server') }),
    );
  });

  it('leaves out start-up code and frames without a name, but not main', () => {
    const own = program('/opt/app/server');
    const names = ['_start', '__libc_start_main', '', '[unknown]', 'unexpected_backtracing_error', 'main'];
    expect(names.filter((name) => own.owns(name, '/opt/app/server'))).toEqual(['main']);
  });

  it('is everything with a name where the tracer told no objects', () => {
    const own = ownCodeOf([
      [
        ['_start', ''],
        ['main', ''],
        ['JS:^emit node:events:1:1', ''],
        ['[unknown]', '[unknown]'],
      ],
    ]);
    expect(['_start', 'main', 'JS:^emit node:events:1:1', '[unknown]'].filter((f) => own.owns(f, ''))).toEqual([
      'main',
    ]);
  });

  it('obeys --include and --exclude, the latter above all', () => {
    const own = program('/opt/app/server', {
      include: ['libevent*', 'SSL_?ead'],
      exclude: ['log_*', '*/mod_z.so', 'event_free'],
    });
    expect(own.owns('event_base_loop', '/usr/lib/libevent-2.1.so.7')).toBe(true);
    expect(own.owns('SSL_read', '/usr/lib/libssl.so.3')).toBe(true);
    expect(own.owns('SSL_write', '/usr/lib/libssl.so.3')).toBe(false);
    expect(own.owns('log_line', '/opt/app/server')).toBe(false);
    expect(own.owns('handle', '/opt/app/mod_z.so')).toBe(false);
    expect(own.owns('event_free', '/usr/lib/libevent-2.1.so.7')).toBe(false);
  });
});

describe('own code of a program run by an interpreter', () => {
  const NODE = '/usr/bin/node';
  const MAP = '/tmp/perf-12.map';
  const native: [string, string][] = [
    ['node::Start', NODE],
    ['uv_run', NODE],
    ['read', LIBC],
  ];
  const script: [string, string][] = [
    ['node::Start', NODE],
    ['JS:^serve /srv/app/server.js:1:2', MAP],
    ['write', LIBC],
  ];

  it('is what the perf map names, without the interpreter and its library', () => {
    const own = ownCodeOf([native, native, native, script]);
    expect([own.program, own.runtime]).toEqual([NODE, true]);
    expect(own.owns('uv_run', NODE)).toBe(false);
    expect(own.owns('JS:*serve /srv/app/server.js:1:2', MAP)).toBe(true);
    expect(own.owns('JS:* /srv/app/node_modules/x/index.js:1:2', MAP)).toBe(true);
    expect(own.owns('JS:^Socket._write node:net:969:35', MAP)).toBe(false);
    expect(own.owns('JS:^emit events.js:100:1', MAP)).toBe(false);
    expect(own.owns('JS:~ /srv/app/routes.js:1:1', MAP)).toBe(false);
    expect(own.owns('RegExp:[a-z]+', MAP)).toBe(false);
    expect(own.owns('bcrypt_hash', '/srv/app/node_modules/bcrypt/lib/bcrypt.node')).toBe(true);
  });

  it('knows Python by its trampolines', () => {
    const python = '/usr/bin/python3.12';
    const own = ownCodeOf([
      [
        ['main', python],
        ['py::handle:/srv/app/web.py', '/tmp/perf-7.map'],
        ['read', LIBC],
      ],
    ]);
    expect(own.runtime).toBe(true);
    expect(own.owns('py::handle:/srv/app/web.py', '/tmp/perf-7.map')).toBe(true);
    expect(own.owns('py::Queue.get:/usr/lib/python3.12/queue.py', '/tmp/perf-7.map')).toBe(false);
    expect(own.owns('py::app:/usr/lib/python3.12/site-packages/web/app.py', '/tmp/perf-7.map')).toBe(true);
  });

  it('is not assumed where only few stacks hold compiled code', () => {
    const postgres: [string, string][] = [
      ['main', '/opt/pg/bin/postgres'],
      ['read', LIBC],
    ];
    const jit: [string, string][] = [
      ['main', '/opt/pg/bin/postgres'],
      ['llvm.evalexpr_0_1', '/tmp/perf-9.map'],
      ['read', LIBC],
    ];
    const own = ownCodeOf([...Array<typeof postgres>(99).fill(postgres), jit]);
    expect(own.runtime).toBe(false);
    expect(own.owns('ExecScan', '/opt/pg/bin/postgres')).toBe(true);
  });

  it('names a script function by its script, whatever the process', () => {
    expect(functionIdentity('JS:^addJob /srv/bull/lib/job.js:77:16', MAP)).toEqual({
      name: 'addJob',
      object: 'job.js',
    });
    expect(functionIdentity('f.isra.0', '/opt/app/server (deleted)')).toEqual({ name: 'f', object: 'server' });
  });
});

describe('own code by package, namespace and class', () => {
  const APP = '/srv/demo/app';
  const MAP = '/tmp/perf-9.map';
  const JVM = '/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so';
  /** Roles of `frames` in a program with `evidence` on a stack. */
  const roles = (evidence: string, object: string, frames: readonly string[], options: OwnCodeOptions = {}) => {
    const own = ownCodeOf(
      [
        [
          ['main', APP],
          [evidence, APP],
          ['read', LIBC],
        ],
      ],
      options,
    );
    return Object.fromEntries(frames.map((frame) => [frame, own.roleOf(frame, object)]));
  };
  const own = (expected: Readonly<Record<string, string>>) => Object.keys(expected);

  it('knows what of a Go program is of its runtime, its standard library and its scheduler', () => {
    const expected = {
      'main.main': 'own',
      'main.(*server).serve.func1': 'own',
      'demo/store.(*Store).Put': 'own',
      'github.com/a/b.Map[net/http.Header]': 'own',
      'example.org/demo/internal/poll.Wait': 'own',
      sqlite3_step: 'own',
      'net/http.(*conn).serve': 'other',
      'vendor/golang.org/x/net/http2/hpack.(*Decoder).Write': 'other',
      'golang.org/x/sys/unix.Read': 'other',
      'go/parser.ParseFile': 'other',
      'type:.eq.net.IPAddr': 'other',
      // Hosts that begin as a package of the standard library does.
      'go.etcd.io/etcd/mvcc.(*store).Write': 'own',
      'go.uber.org/zap.(*Logger).Info': 'own',
      'log.example.org/writer.Flush': 'own',
      'golang.org/x/net/http2.(*Framer).ReadFrame': 'own',
      'internal/poll.(*FD).Read': 'other',
      'runtime/internal/syscall.Syscall6': 'other',
      'syscall.Syscall': 'other',
      'type..eq.main.key': 'other',
      'sort.Slice[...]': 'other',
      'runtime.goexit.abi0': 'other',
      'runtime.systemstack.abi0': 'other',
      'runtime/cgo(.text)': 'other',
      x_cgo_thread_start: 'other',
      crosscall2: 'other',
      _rt0_amd64_linux: 'other',
      'runtime.mcall': 'scheduler',
      'runtime.mstart.abi0': 'scheduler',
      'runtime.sysmon': 'scheduler',
    };
    expect(roles('runtime.goexit.abi0', APP, own(expected))).toEqual(expected);
  });

  it('knows that tasks of a Go program move among its threads, and those of others do not', () => {
    const tasks = (evidence: string) => {
      const trace = traceFromText(`1 0 read +0.1 ${evidence}@${APP} > serve@${APP}`);
      return findOwnCode([{ table: trace.stacks!, calls: [0, 1], lasting: new Set() }]).tasks;
    };
    expect([tasks('runtime.goexit.abi0'), tasks('std::rt::lang_start'), tasks('main')]).toEqual([true, false, false]);
  });

  it('leaves names that look like those of a language alone in objects of another', () => {
    const expected = { 'runtime.x': 'own', 'sync.cold': 'own', 'core::Loop::run': 'own', 'log::write': 'own' };
    expect(roles('work', APP, own(expected))).toEqual(expected);
  });

  it("leaves out Rust's standard library, but no implementation of or for the program's own", () => {
    const expected = {
      'demo::serve::{{closure}}::h0123456789abcdef': 'own',
      '<demo::Server as std::io::Write>::write': 'own',
      '<std::net::tcp::TcpStream as demo::Peer>::send': 'own',
      '<T as demo::Peer>::send': 'own',
      'std::io::Write::write_all': 'other',
      '<std::net::tcp::TcpStream as std::io::Read>::read': 'other',
      '<alloc::boxed::Box<F,A> as core::ops::function::FnOnce<Args>>::call_once': 'other',
      '<T as core::convert::Into<U>>::into': 'other',
      'std::io::impls::<impl std::io::Write for &mut W>::write_all': 'other',
      'core::ops::function::FnOnce::call_once{{vtable.shim}}': 'other',
      'tokio::runtime::park::CachedParkThread::park': 'other',
      'hyper::proto::h1::io::Buffered<T,B>::poll_read_from_io': 'own',
      __rust_try: 'other',
    };
    expect(roles('std::rt::lang_start::{{closure}}', APP, own(expected))).toEqual(expected);
  });

  it("leaves out C++'s standard library, but no lambda whose code is part of its templates", () => {
    const expected = {
      'Server::serve(std::string const&)': 'own',
      'std::vector<Server, std::allocator<Server> >::push_back(Server const&)': 'other',
      'void std::__invoke_impl<void, void (Server::*)(), Server*>(std::__invoke_memfun_deref)': 'other',
      '__gnu_cxx::new_allocator<int>::allocate(unsigned long)': 'other',
      _ZNSt6vectorIiSaIiEE9push_backERKi: 'other',
      'std::_Function_handler<void (), Server::start(int)::{lambda()#1}>::_M_invoke(std::_Any_data const&)': 'own',
      'std::thread::_State_impl<std::thread::_Invoker<std::tuple<Server::run() const::{lambda()#2}> > >::_M_run()':
        'own',
      'std::_Function_handler<void (), main::$_0>::_M_invoke(std::_Any_data const&)': 'own',
      'std::_Function_handler<void (), std::async_helper()::{lambda()#1}>::_M_invoke(std::_Any_data const&)': 'other',
    };
    expect(roles('work', APP, own(expected))).toEqual(expected);
    const [, , , , , invoke, run] = own(expected);
    expect([functionIdentity(invoke!, APP).name, functionIdentity(run!, APP).name]).toEqual([
      'Server::start::{lambda#1}',
      'Server::run::{lambda#2}',
    ]);
  });

  it('judges a Java method by its class, whoever names it', () => {
    const expected = {
      'java.lang.String demo.Srv$Handler.describe(java.lang.String)': 'own',
      'java.lang.Integer demo.Srv$Handler.lambda$run$0(java.io.OutputStream)': 'own',
      'void Srv.run()': 'own',
      'void org.apache.catalina.connector.CoyoteAdapter.service()': 'own',
      'Ldemo/Srv;::run': 'own',
      'int sun.nio.ch.FileDispatcherImpl.write0(java.io.FileDescriptor, long, int)': 'other',
      'void java.lang.Thread.run()': 'other',
      'Ljava/lang/Thread;::run': 'other',
      'java.lang.Thread::run': 'other',
      'Ljava/lang/Thread;run()V': 'other',
      'java/lang/Thread.run()V_hot': 'other',
      'java.lang.Object demo.Srv$Handler$$Lambda$6/0x00007fcaf0003c00.call()': 'other',
      'void jdk.internal.reflect.GeneratedMethodAccessor12.invoke()': 'other',
      'StubRoutines (1)': 'other',
      'vtable stub': 'other',
      Interpreter: 'interpreter',
      'java.lang.Runnable java.util.concurrent.ThreadPoolExecutor.getTask()': 'scheduler',
    };
    expect(roles('work', MAP, own(expected))).toEqual(expected);
  });

  it('obeys --include and --exclude above these rules', () => {
    const given = { include: ['net/http.*', '*/lib/python3.12/queue.py'], exclude: ['example.org/*'] };
    const expected = { 'net/http.(*conn).serve': 'own', 'example.org/x.F': 'other', 'os.Open': 'other' };
    expect(roles('runtime.goexit', APP, own(expected), given)).toEqual(expected);
    const script = { 'py::Queue.get:/usr/lib/python3.12/queue.py': 'own' };
    expect(roles('work', MAP, own(script), given)).toEqual(script);
  });

  it('is of the runtime whose library is on the stacks where no executable is', () => {
    const method: [string, string] = ['void demo.Srv.run()', MAP];
    const stack: [string, string][] = [['start_thread', LIBC], ['JavaCalls::call_helper', JVM], method];
    const java = ownCodeOf([stack]);
    expect([java.program, java.runtime, java.owns(...method), java.owns('JavaCalls::call_helper', JVM)]).toEqual([
      'java',
      true,
      true,
      false,
    ]);
    expect(ownCodeOf([stack], { program: 'java' }).program).toBe('java');
  });

  it('keeps no process number in the object of code made at run time', () => {
    expect(functionIdentity('void demo.Srv$Log.<init>(int)', MAP)).toEqual({
      name: 'demo.Srv$Log.<init>',
      object: 'demo.Srv$Log',
    });
    expect(functionIdentity('app:serve/2', MAP).object).toBe('');
    expect(functionIdentity('JS:*serve /srv/app/server.js:1:2', MAP).object).toBe('server.js');
  });
});
