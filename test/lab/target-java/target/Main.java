package target;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** What test/lab/java.test.ts puts faults into. Every 2 ms two threads call work; a line tells what it gave. */
public final class Main {
  private static final AtomicInteger BODIES = new AtomicInteger();

  static class Server {
    int work(int a, int... rest) throws IOException {
      BODIES.incrementAndGet();
      if (a < 0) throw new IOException("negative");
      int sum = a;
      for (int each : rest) sum += each;
      return sum;
    }
  }

  /** Small: gets no hook. What runs the body of the other must not come by here again. */
  static final class Louder extends Server {
    @Override
    int work(int a, int... rest) throws IOException {
      return 100 + super.work(a, rest);
    }
  }

  /** Values that take two places, and what is no value at all. */
  static double scaled(long whole, double part, Object[] rest) {
    double result = part;
    for (Object each : rest) result *= each == null ? 1 : whole;
    return result;
  }

  /** Its first instruction is jumped to. */
  static void quiet(int times) {
    do {
      times -= BODIES.get() < 0 ? 2 : 1;
      if (times == 17) System.err.println("seventeen " + times);
    } while (times > 0);
  }

  static void caller(String who) {
    BODIES.set(0);
    long from = System.nanoTime();
    int got = 0;
    int failed = 0;
    try {
      got = new Louder().work(2, 3, 4);
    } catch (IOException | RuntimeException error) {
      failed = error instanceof IOException ? 1 : 2;
    }
    double ms = (System.nanoTime() - from) / 1e6;
    quiet(3);
    scaled(3, 1.5, new Object[] {null, who});
    System.out.println(who + " " + got + " " + failed + " " + BODIES.get() + " " + ms);
  }

  private static void loop(String who) {
    try {
      for (; ; ) {
        caller(who);
        Thread.sleep(2);
      }
    } catch (InterruptedException end) {
      System.err.println(who + " ends");
    }
  }

  public static void main(String[] arguments) {
    new Thread(() -> loop("other")).start();
    loop("main");
  }
}
