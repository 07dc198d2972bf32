import { expect, it } from 'vitest';
import { FLAG_ACCEPTED, FLAG_CONNECTED } from '../../src/trace/table.js';
import { parseText } from './strace-text.js';

it.each([
  ['TCP:[127.0.0.1:80->127.0.0.1:40123]', FLAG_ACCEPTED],
  ['TCP:[127.0.0.1:40123->127.0.0.1:5432]', FLAG_CONNECTED],
  ['TCPv6:[[::1]:8080->[fe80::1]:33000]', FLAG_ACCEPTED],
  ['TCPv6:[[::ffff:127.0.0.1]:60999->[::ffff:127.0.0.1]:443]', FLAG_CONNECTED],
  ['TCP:[127.0.0.1:40123->127.0.0.1:40124]', 0],
  ['TCP:[127.0.0.1:80->127.0.0.1:81]', 0],
  ['TCP:[127.0.0.1:80]', 0],
  ['TCP:[12345]', 0],
  ['TCP:[127.0.0.1:->127.0.0.1:40123]', 0],
  ['UNIX-STREAM:[1->2]', 0],
  ['/var/lib/a:80->b:40123]', 0],
])('the ports of %s tell the side', (decoration, side) => {
  const { columns } = parseText(`1700000000.1 read(3<${decoration}>, ""..., 1) = 1 <0.000001>\n`);
  expect(columns.flags[0]).toBe(side);
});
