// EXPECT leak 1 UserSession per connection at UserSession
// EXPECT also leak at byte[], java.lang.String
//
// A static list of the users' sessions (field case C5). Guilty: it only ever
// grows. Innocent: who logs out is taken off it.

import java.util.ArrayList;
import java.util.List;

final class UserSession {
  final int number;
  final byte[] state = new byte[1000];

  UserSession(int number) {
    this.number = number;
  }
}

final class StaticList {
  private static final List<UserSession> SESSIONS = new ArrayList<>();
  private static int begun;

  private StaticList() {}

  private static synchronized int login() {
    UserSession session = new UserSession(++begun);
    SESSIONS.add(session);
    return session.number;
  }

  private static synchronized void logout(int number) {
    if (!Service.guilty()) {
      SESSIONS.removeIf(session -> session.number == number);
    }
  }

  public static void main(String[] words) throws Exception {
    Service.options(words);
    Service.serve(
        exchange -> {
          String query = exchange.getRequestURI().getQuery();
          if (query == null) {
            Service.answer(exchange, "session=" + login());
          } else {
            logout(Integer.parseInt(query.substring("session=".length())));
            Service.answer(exchange, "bye");
          }
        });
  }
}
