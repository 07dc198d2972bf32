/** Servers in Java: they are installed, their jars get hooks, and the virtual machine is told of the table of slots. */
import type { Launch, Place } from './server.js';

/** Debian packages of the compiler, and of the library with which hooks are written. */
export const JAVA_PACKAGES = ['openjdk-17-jdk-headless', 'libasm-java'];

/**
 * With these each method is compiled before its first call, stays on stacks and keeps a frame pointer: docs/languages.md. For learning
 * and oracles alone; incidents are recorded of the virtual machine as it comes.
 */
export const STACKS_OPTIONS = ['-XX:+PreserveFramePointer', '-Xcomp', '-XX:TieredStopAtLevel=1', '-XX:-Inline'];

const ASM = ['asm', 'asm-tree', 'asm-commons'].map((name) => `/usr/share/java/${name}.jar`);

/** Below $PREFIX. */
export const JAVA = { program: 'java', hooks: { language: 'Java', list: 'lib/methods.json' } } as const;

/** Lines of `build`: copies of the jars with hooks in methods of those packages go to $PREFIX/lib. */
export function hookJars(
  packages: readonly string[],
  jars: readonly string[],
  /** Libraries of the server with exceptions that its methods declare. */
  libraries: readonly string[] = [],
): string[] {
  const classPath = ['$PREFIX/hook', ...ASM, ...jars, ...libraries].join(':');
  return [
    'ln -sf "$(readlink -f "$(command -v java)")" $PREFIX/java',
    'javac -d $PREFIX/faults $LAB_JAVA/faults/lab/*.java; jar --create --file $PREFIX/faults.jar -C $PREFIX/faults .',
    `javac -cp ${ASM.join(':')} -d $PREFIX/hook $LAB_JAVA/hook/*.java`,
    `java -cp ${classPath} Hook $PREFIX/lib ${packages.join(',')} ${jars.join(' ')}`,
  ];
}

export interface JavaProgram {
  /** Jars of $PREFIX/lib and others. */
  readonly classPath: readonly string[];
  readonly main: string;
  readonly options?: readonly string[];
  readonly arguments: readonly string[];
}

/** Hooks are called from whatever class loader: what they call is on the boot class path. */
export function launchJava({ prefix, stacks, table }: Place, program: JavaProgram): Launch {
  return {
    arguments: [
      '-Xmx256m',
      ...(stacks ? STACKS_OPTIONS : []),
      `-Xbootclasspath/a:${prefix}/faults.jar`,
      `-Dlab.faults=${table}`,
      `-Dlab.slots=${prefix}/lib/slots.txt`,
      ...(program.options ?? []),
      '-cp',
      program.classPath.join(':'),
      program.main,
      ...program.arguments,
    ],
  };
}
