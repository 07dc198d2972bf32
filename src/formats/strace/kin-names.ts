/** What descriptors stand for in threads: those of one process share their table, so one number stands for one thing in all of them. */

/** A thread that uses a descriptor under a name, between those that did so before and after it. */
interface User {
  readonly tid: number;
  name: string;
  before: User | null;
  after: User | null;
}

/** The users of one number in the order of their last uses, and how many of them there are of each name. */
class Users {
  private readonly byTid = new Map<number, User>();
  private readonly named = new Map<string, number>();
  private last: User | null = null;

  /** Has `see` hear of those who used it under another name since the thread did under this one; then the thread is the last. */
  use(tid: number, name: string, see: (other: number) => void): void {
    let user = this.byTid.get(tid);
    if (user === undefined) this.byTid.set(tid, (user = { tid, name, before: null, after: null }));
    else {
      // Mostly all use it under the same name, however many they are.
      if (user.name === name && this.named.get(name) !== this.byTid.size)
        for (let other = user.after; other !== null; other = other.after) if (other.name !== name) see(other.tid);
      this.named.set(user.name, this.named.get(user.name)! - 1);
      user.name = name;
      this.takeOut(user);
    }
    this.named.set(name, (this.named.get(name) ?? 0) + 1);
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
  /** Threads whose descriptors of one number stood for different things at the same time. */
  readonly apart: (readonly [number, number])[] = [];
  private readonly usersOf = new Map<number, Users>();

  /** From now on the number stands for something else. */
  end(descriptor: number): void {
    this.usersOf.delete(descriptor);
  }

  use(tid: number, descriptor: number, name: string): void {
    let users = this.usersOf.get(descriptor);
    if (users === undefined) this.usersOf.set(descriptor, (users = new Users()));
    users.use(tid, name, (other) => this.apart.push([tid, other]));
  }
}
