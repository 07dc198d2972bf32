#!/usr/bin/env node
// Thin on purpose: the overview and the version are answered at once, all else is loaded when it is needed.
const args = process.argv.slice(2);

if (args.length === 1 && ['--help', '-h', 'help'].includes(args[0]!)) {
  await print((await import('./help.js')).overview());
} else if (args.length === 1 && ['--version', '-V'].includes(args[0]!)) {
  await print((await import('../version.js')).TOOL.version + '\n');
} else {
  process.exitCode = await (await import('./main.js')).main(args);
}

async function print(text: string): Promise<void> {
  const { outlive, writeStdout } = await import('./stdout.js');
  outlive();
  await writeStdout(text).catch((error: Error) => {
    process.stderr.write(`perfscope: ${error.message}\n`);
    process.exitCode = 3;
  });
}
