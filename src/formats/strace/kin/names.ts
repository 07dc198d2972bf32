/**
 * What descriptors stand for in threads: those of one process share their table, so one number stands for one thing in all of them. Names are
 * numbers here, the same for the same text.
 */

/** A thread that uses a descriptor under a name, between those that did so before and after it. */
interface User {
  readonly tid: number;
  name: number;
  before: User | null;
  after: User | null;
}

/** The users of one number in the order of their last uses. */
class Users {
  private readonly byTid = new Map<number, User>();
  private last: User | null = null;
  /** How many of them use it under another name than the first one did: mostly nobody, however many they are. */
  private others = 0;

  constructor(private readonly first: number) {}

  /** Notes in `apart` who used it under another name since the thread did under this one; then the thread is the last. */
  use(tid: number, name: number, apart: number[]): void {
    // Mostly a thread goes on with what it is at.
    if (this.last?.tid === tid && this.last.name === name) return;
    let user = this.byTid.get(tid);
    if (user === undefined) this.byTid.set(tid, (user = { tid, name, before: null, after: null }));
    else {
      if (this.others > 0) {
        if (user.name === name)
          for (let other = user.after; other !== null; other = other.after)
            if (other.name !== name) apart.push(tid, other.tid);
        if (user.name !== this.first) this.others--;
      }
      user.name = name;
      this.takeOut(user);
    }
    if (name !== this.first) this.others++;
    user.before = this.last;
    if (this.last !== null) this.last.after = user;
    this.last = user;
  }

  private takeOut(user: User): void {
    const { before, after } = user;
    if (before !== null) before.after = after;
    if (after === null) this.last = before;
    else after.before = before;
    user.after = null;
  }
}

export class NamesInUse {
  /** Threads whose descriptors of one number stood for different things at the same time, two after each other. */
  readonly apart: number[] = [];
  private readonly usersOf = new Map<number, Users>();

  /** From now on the number stands for something else. */
  end(descriptor: number): void {
    this.usersOf.delete(descriptor);
  }

  use(tid: number, descriptor: number, name: number): void {
    let users = this.usersOf.get(descriptor);
    if (users === undefined) this.usersOf.set(descriptor, (users = new Users(name)));
    users.use(tid, name, this.apart);
  }
}
