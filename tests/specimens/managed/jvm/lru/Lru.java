// EXPECT pass
//
// A cache of the 64 sessions that were used last. Its entries are always young,
// and there are never more of them.

import java.util.LinkedHashMap;
import java.util.Map;

final class Session {
  final int number;
  final byte[] state = new byte[1000];

  Session(int number) {
    this.number = number;
  }
}

final class RecentSessions extends LinkedHashMap<Integer, Session> {
  private static final long serialVersionUID = 1;
  private static final int MOST = 64;

  RecentSessions() {
    super(16, 0.75f, true);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<Integer, Session> eldest) {
    return size() > MOST;
  }
}

final class Lru {
  private static final Map<Integer, Session> SESSIONS = new RecentSessions();
  private static int begun;

  private Lru() {}

  private static synchronized int begin() {
    Session session = new Session(++begun);
    SESSIONS.put(session.number, session);
    return session.number;
  }

  public static void main(String[] words) throws Exception {
    Service.options(words);
    Service.serve(
        exchange -> Service.answer(exchange, "session " + begin()));
  }
}
