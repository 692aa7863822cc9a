// EXPECT leak 1 Trace per connection at Trace
// EXPECT also leak at byte[], java.lang.String
//
// What a request leaves in its thread (field case C5): the threads are a
// pool's and outlive it. Guilty: the trail is never cleared. Innocent: with
// each answer.

import java.util.ArrayList;
import java.util.List;

final class Trace {
  private final byte[] note = new byte[400];

  Trace(String path) {
    note[0] = (byte) path.length();
  }

  int first() {
    return note[0];
  }
}

final class ThreadLocalTrail {
  private static final ThreadLocal<List<Trace>> TRAIL =
      ThreadLocal.withInitial(ArrayList::new);

  private ThreadLocalTrail() {}

  private static int note(String path) {
    List<Trace> trail = TRAIL.get();
    trail.add(new Trace(path));
    return trail.get(trail.size() - 1).first();
  }

  public static void main(String[] words) throws Exception {
    Service.options(words);
    Service.serve(
        exchange -> {
          try {
            Service.answer(
                exchange, "noted " + note(exchange.getRequestURI().getPath()));
          } finally {
            if (!Service.guilty()) {
              TRAIL.remove();
            }
          }
        });
  }
}
