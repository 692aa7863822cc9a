// EXPECT pass
//
// Code that the JVM makes faster while it runs: loops that it compiles, calls
// by reflection that become classes after some rounds, lambdas that are linked
// when they are first met.

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntBinaryOperator;

final class JitWarmup {
  private static final AtomicInteger REQUESTS = new AtomicInteger();
  private static final IntBinaryOperator[] OPERATORS = {
    (a, b) -> a + b,
    (a, b) -> a ^ b,
    (a, b) -> a * 31 + b,
    Math::max,
    (a, b) -> Integer.rotateLeft(a, b & 31),
  };

  private JitWarmup() {}

  static int digest(int seed) {
    int value = seed;
    for (int round = 0; round < 20_000; ++round) {
      value = OPERATORS[round % OPERATORS.length].applyAsInt(value, round);
    }
    return value;
  }

  private static int byReflection(int seed) throws ReflectiveOperationException {
    Method method = JitWarmup.class.getDeclaredMethod("digest", int.class);
    return (Integer) method.invoke(null, seed);
  }

  private static int byHandle(int seed) throws Throwable {
    MethodHandle handle =
        MethodHandles.lookup()
            .findStatic(
                JitWarmup.class,
                "digest",
                MethodType.methodType(int.class, int.class));
    return (int) handle.invokeExact(seed);
  }

  private static String letters(int seed) {
    Map<Character, Integer> counts = new TreeMap<>();
    for (char letter : ("request " + seed + " of many").toCharArray()) {
      counts.merge(letter, 1, Integer::sum);
    }
    return counts.toString();
  }

  public static void main(String[] words) throws Exception {
    Service.options(words);
    Service.serve(
        exchange -> {
          int request = REQUESTS.incrementAndGet();
          try {
            Service.answer(
                exchange,
                letters(byReflection(request) + byHandle(request)));
          } catch (Throwable e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
