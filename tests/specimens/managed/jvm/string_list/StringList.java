// EXPECT leak 0.97..1.05 java.lang.String per connection at java.lang.String
// EXPECT also leak at byte[], java.lang.String
//
// Tokens that were used must not be used again. Guilty: each is remembered for
// ever. Innocent: the last 50.

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;

final class StringList {
  private static final int MOST = 50;
  private static final Queue<String> USED = new ArrayDeque<>();

  private StringList() {}

  private static synchronized int use(String token) {
    USED.add(token);
    if (!Service.guilty() && USED.size() > MOST) {
      USED.remove();
    }
    return USED.size();
  }

  public static void main(String[] words) throws Exception {
    Service.options(words);
    Service.serve(
        exchange ->
            Service.answer(
                exchange, "used " + use(UUID.randomUUID().toString())));
  }
}
