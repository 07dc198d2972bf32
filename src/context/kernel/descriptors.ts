/**
 * What the program did with each descriptor so far: the side of the connection, and the last symbol on it. A descriptor is as a
 * rule handled by one piece of code, so its past tells more of the present call than the thread's, which an event loop mixes.
 * Per process, in order of time; a forked child starts with a copy. O(1) a call and a fork.
 */
import { room } from '../../lib/kernel/room';

export const ACCEPTED: i32 = 1;
export const CONNECTED: i32 = 2;
/** What calls do to descriptors; those that make a side of a connection have its number. 0: they only use them. */
const CLOSES: i32 = 3;

/*
 * A process's table is a tree, as high as its largest number needs: memory goes by what is held, whatever the numbers are. A child has
 * its parent's nodes until one of the two writes to them: a node tells which process (by `owner`) may.
 */
const BITS: i32 = 6;
const BRANCHES: u32 = 1 << BITS;
const MASK: i32 = BRANCHES - 1;
const NODE_BYTES: usize = 4 * BRANCHES + 4;

@unmanaged
class Process {
  /** Address of its tree; 0: none of its threads has appeared. */
  root: u32;
  /** Bits of a number that choose below the root. */
  shift: i32;
  owner: i32;
  unused: i32;
}

/** Per thread: its process, and its parent's, -1 if that is not known; the driver fills them in. */
let PROCESSES: usize = 0;
let TABLES: usize = 0;
let owners: i32 = 0;

export function layOutProcesses(threads: i32): usize {
  PROCESSES = room(<usize>8 * threads);
  TABLES = room(offsetof<Process>() * threads);
  return PROCESSES;
}

/** The process of a thread. */
// @inline
export function processOf(thread: i32): Process {
  const process = processAt(load<i32>(PROCESSES + <usize>8 * thread));
  if (process.root == 0) appear(process, load<i32>(PROCESSES + <usize>8 * thread, 4));
  return process;
}

// @inline
function processAt(n: i32): Process {
  return changetype<Process>(TABLES + offsetof<Process>() * n);
}

function appear(process: Process, parent: i32): void {
  process.owner = ++owners;
  const from = parent < 0 ? process : processAt(parent);
  if (from.root == 0) {
    process.root = <u32>ownNode(0, process.owner);
    return;
  }
  process.root = from.root;
  process.shift = from.shift;
  from.owner = ++owners;
}

/** The node, if it is the owner's; else a copy, or a new one, that is. */
// @inline
function ownNode(node: usize, owner: i32): usize {
  return node != 0 && load<i32>(node, 4 * BRANCHES) == owner ? node : newNode(node, owner);
}

function newNode(from: usize, owner: i32): usize {
  const node = room(NODE_BYTES);
  if (from != 0) memory.copy(node, from, NODE_BYTES);
  store<i32>(node, owner, 4 * BRANCHES);
  return node;
}

/** Where what is known of a descriptor stands: symbol of the last call on it * 4 + its side; 0: nothing. Address 0 for no descriptor. */
// @inline
export function knownOf(process: Process, descriptor: i32): usize {
  if (descriptor < 0) return 0;
  if ((<u32>descriptor) >> process.shift >= BRANCHES) grow(process, descriptor);
  const owner = process.owner;
  let node = ownNode(process.root, owner);
  process.root = <u32>node;
  for (let shift = process.shift; shift > 0; shift -= BITS) {
    const branch = node + <usize>4 * ((descriptor >> shift) & MASK);
    node = ownNode(load<u32>(branch), owner);
    store<u32>(branch, <u32>node);
  }
  return node + <usize>4 * (descriptor & MASK);
}

function grow(process: Process, descriptor: i32): void {
  do {
    const higher = newNode(0, process.owner);
    store<u32>(higher, process.root);
    process.root = <u32>higher;
    process.shift += BITS;
  } while ((<u32>descriptor) >> process.shift >= BRANCHES);
}

/**
 * Takes note of a call once its symbol is known. `known`: where that of its descriptor stands; `result`: -1 if it failed.
 * Connecting makes a connection the program's own. What ports tell of an older one is left out here: another tracer does not
 * tell it, and the same call would be another symbol in learning than in the incident.
 */
// @inline
export function note(process: Process, does: i32, known: usize, result: i32, symbol: i32): void {
  const makes = does == ACCEPTED || does > CLOSES;
  if (makes && result >= 0) store<i32>(knownOf(process, result), symbol * 4 + (does == ACCEPTED ? ACCEPTED : 0));
  else if (known != 0) {
    if (does == CLOSES) store<i32>(known, 0);
    else store<i32>(known, symbol * 4 + (does == CONNECTED ? CONNECTED : load<i32>(known) & 3));
  }
}
