// EXPECT leak 1 EventCallback per connection at EventCallback
// EXPECT also leak at byte[], java.lang.String
//
// A bus that tells all who listen (field case C5). Guilty: who leaves goes on
// listening. Innocent: stops to.

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

final class EventCallback {
  final int subscriber;
  private final long[] seen = new long[32];
  private int count;

  EventCallback(int subscriber) {
    this.subscriber = subscriber;
  }

  void call(long event) {
    seen[count++ % seen.length] = event;
  }
}

final class EventBus {
  private final List<EventCallback> listeners = new CopyOnWriteArrayList<>();

  void listen(EventCallback listener) {
    listeners.add(listener);
  }

  void forget(EventCallback listener) {
    listeners.remove(listener);
  }

  void publish(long event) {
    for (EventCallback listener : listeners) {
      listener.call(event);
    }
  }
}

final class ListenerList {
  private static final EventBus BUS = new EventBus();
  private static final ConcurrentHashMap<Integer, EventCallback> OPEN =
      new ConcurrentHashMap<>();
  private static final AtomicInteger SUBSCRIBERS = new AtomicInteger();

  private ListenerList() {}

  private static int subscribe() {
    EventCallback callback = new EventCallback(SUBSCRIBERS.incrementAndGet());
    OPEN.put(callback.subscriber, callback);
    BUS.listen(callback);
    return callback.subscriber;
  }

  private static void unsubscribe(int subscriber) {
    EventCallback callback = OPEN.remove(subscriber);
    BUS.publish(subscriber);
    if (!Service.guilty()) {
      BUS.forget(callback);
    }
  }

  public static void main(String[] words) throws Exception {
    Service.options(words);
    Service.serve(
        exchange -> {
          String query = exchange.getRequestURI().getQuery();
          if (query == null) {
            Service.answer(exchange, "session=" + subscribe());
          } else {
            unsubscribe(Integer.parseInt(query.substring("session=".length())));
            Service.answer(exchange, "bye");
          }
        });
  }
}
