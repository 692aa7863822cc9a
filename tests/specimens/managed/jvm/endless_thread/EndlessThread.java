// EXPECT leak 1 threads per connection at await
// EXPECT also leak at java.lang.String, byte[]
//
// A thread for each request, which waits for a word from the client. Guilty:
// nobody gives it, and the thread waits for ever. Innocent: the answer does.

import java.util.concurrent.CountDownLatch;

final class EndlessThread {
  private EndlessThread() {}

  private static void await(CountDownLatch word) {
    try {
      word.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public static void main(String[] words) throws Exception {
    Service.options(words);
    Service.serve(
        exchange -> {
          CountDownLatch word = new CountDownLatch(1);
          Thread waiting = new Thread(() -> await(word));
          waiting.setDaemon(true);
          waiting.start();
          Service.answer(exchange, "started");
          if (!Service.guilty()) {
            word.countDown();
          }
        });
  }
}
