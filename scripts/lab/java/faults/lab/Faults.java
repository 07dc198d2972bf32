package lab;

import java.io.IOException;
import java.lang.StackWalker.StackFrame;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the hooks call that Hook writes into methods. It does nothing by itself: target/java.ts writes the table from outside. The
 * table is a file that is mapped (-Dlab.faults), its slots are as {@code struct slot} in native/faults.c. All that a fault needs
 * is loaded when the server starts, so that a trace of the fault shows no loading.
 */
public final class Faults {
  // The same numbers are in operators.ts.
  private static final int COUNT = 1;
  private static final int SKIP = 2;
  private static final int ERROR = 3;
  private static final int FAIL_AFTER = 4;
  private static final int COMPUTE = 5;
  private static final int SLEEP = 6;
  private static final int REPEAT = 7;
  private static final int ENDLESS = 8;
  private static final int SERIALIZE = 9;

  // What a hook does: let the method go on, return from it or throw at once, or run its body by calls of the method itself.
  private static final int GO_ON = 0;
  private static final int RETURN = 1;
  private static final int THROW = 2;
  private static final int BODY = 3;

  private static final int SLOT_BYTES = 64;
  private static final int AT_OPERATOR = 8;
  private static final int AT_EVERY = 12;
  private static final int AT_CALLS = 16;
  private static final int AT_HITS = 24;
  private static final int AT_AMOUNT = 32;
  private static final int AT_CALLERS = 48;

  /** A step on the clock in which the thread was off its processor. */
  private static final long OFF_PROCESSOR_NS = 50_000;
  /** Of the calls of a method, those in which its caller is looked at: the first, and then one in so many. */
  private static final int FIRST_CALLS = 100;
  private static final int LOOK_EVERY = 64;

  /** A thread that runs a body from a hook. Calls of hooked methods that run bodies are not faulty meanwhile. */
  private static final class Run {
    long left = 1;
    boolean began;
    boolean locked;
  }

  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final ByteBuffer TABLE = map();
  /** By class, name and descriptor; counted from 1. */
  private static final Map<String, Integer> SLOTS = slots();
  private static final ThreadLocal<Run> RUN = new ThreadLocal<>();
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final StackWalker STACK = StackWalker.getInstance();
  private static long sink;

  static {
    callers(List.of());
    computeFor(1);
    sleepFor(1);
    LOCK.lock();
    LOCK.unlock();
    RUN.set(new Run());
    RUN.remove();
    new IllegalStateException("none").getMessage();
  }

  private Faults() {}

  /** Whether a method has to ask what to do. */
  public static boolean on(int slot) {
    return TABLE.getInt(slot * SLOT_BYTES + AT_OPERATOR) != 0;
  }

  public static int decide(int slot) {
    int at = slot * SLOT_BYTES;
    int operator = TABLE.getInt(at + AT_OPERATOR);
    if (operator == 0) return GO_ON;
    boolean body = operator == FAIL_AFTER || operator >= REPEAT;
    if (body && RUN.get() != null) return GO_ON;
    long number = (long) LONGS.getAndAdd(TABLE, at + AT_CALLS, 1L) + 1;
    if (number <= FIRST_CALLS || number % LOOK_EVERY == 0) noteCaller(slot, at);
    int every = TABLE.getInt(at + AT_EVERY);
    if (operator == COUNT || every > 1 && number % every != 0) return GO_ON;
    LONGS.getAndAdd(TABLE, at + AT_HITS, 1L);
    long amount = TABLE.getLong(at + AT_AMOUNT);
    Run run = new Run();
    switch (operator) {
      case SKIP:
        return RETURN;
      case ERROR:
        return THROW;
      case COMPUTE:
        computeFor(amount);
        return GO_ON;
      case SLEEP:
        sleepFor(amount);
        return GO_ON;
      case REPEAT:
        run.left = amount;
        break;
      case ENDLESS:
        run.left = Long.MAX_VALUE;
        break;
      case SERIALIZE:
        run.locked = true;
        LOCK.lock();
        sleepFor(amount);
        break;
      default:
        break;
    }
    RUN.set(run);
    return BODY;
  }

  /** Whether to run the body, for the first time or again: not again when the fault was taken out. */
  public static boolean round(int slot) {
    Run run = RUN.get();
    if (run.left > 0 && (!run.began || TABLE.getInt(slot * SLOT_BYTES + AT_OPERATOR) > COUNT)) {
      run.left--;
      run.began = true;
      return true;
    }
    end();
    return false;
  }

  /** The body ran, or threw. */
  public static void end() {
    Run run = RUN.get();
    RUN.remove();
    if (run != null && run.locked) LOCK.unlock();
  }

  /** Whether the method throws after its work. */
  public static boolean failsAfter(int slot) {
    return TABLE.getInt(slot * SLOT_BYTES + AT_OPERATOR) == FAIL_AFTER;
  }

  private static ByteBuffer map() {
    String file = System.getProperty("lab.faults");
    ByteBuffer table;
    try (FileChannel channel =
        FileChannel.open(Path.of(file), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      table = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size());
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
    return table.order(ByteOrder.LITTLE_ENDIAN);
  }

  private static Map<String, Integer> slots() {
    Map<String, Integer> slots = new HashMap<>();
    try {
      for (String line : Files.readAllLines(Path.of(System.getProperty("lab.slots"))))
        slots.put(line, slots.size() + 1);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
    return slots;
  }

  /** Keeps the nearest caller with a hook: two of them, as numbers of slots, counted from 1. */
  private static void noteCaller(int slot, int at) {
    if (TABLE.getLong(at + AT_CALLERS + 8) != 0) return;
    List<Integer> stack = STACK.walk(frames -> callers(frames.limit(40).toList()));
    for (int caller : stack) {
      if (caller == slot + 1) continue;
      long first = TABLE.getLong(at + AT_CALLERS);
      if (first == 0) TABLE.putLong(at + AT_CALLERS, caller);
      else if (first != caller) TABLE.putLong(at + AT_CALLERS + 8, caller);
      return;
    }
  }

  /** The slots of those frames that have hooks. */
  private static List<Integer> callers(List<StackFrame> frames) {
    return frames.stream()
        .map(f -> SLOTS.get(f.getClassName() + ' ' + f.getMethodName() + f.getDescriptor()))
        .filter(number -> number != null)
        .toList();
  }

  /** Computes for so long on a processor: time in which the thread was off it is not counted. */
  private static void computeFor(long left) {
    for (long last = System.nanoTime(); left > 0; ) {
      for (int i = 0; i < 200; i++) sink += (long) i * i;
      long now = System.nanoTime();
      if (now - last < OFF_PROCESSOR_NS) left -= now - last;
      last = now;
    }
  }

  private static void sleepFor(long nanoseconds) {
    try {
      Thread.sleep(nanoseconds / 1_000_000, (int) (nanoseconds % 1_000_000));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
